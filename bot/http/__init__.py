"""What every HTTP route of ours shares: errors in both languages, JSON bodies, origins, attempt limits."""
