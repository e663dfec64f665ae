"""The agents' desk: log-in, queue, transcript, dossier, and the agent's own actions."""
