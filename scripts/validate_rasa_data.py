"""``rasa data validate`` that fails on warnings: Rasa's own flag returned 0 in spite of them (3.6.21)."""

import os
import subprocess
import sys

# Rasa's importer warns about things that are so by design here; each entry says why.
EXPECTED: tuple[str, ...] = (
    # Response keys that the core says (notices, labels, words), not a rule or an action that Rasa can see.
    "is not used in any story",
    "is defined in the domain but not used",
)


def main() -> int:
    environment = dict(os.environ, PYTHONWARNINGS="ignore", TF_CPP_MIN_LOG_LEVEL="3", PYTHONUTF8="1")
    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = (result.stdout + result.stderr).splitlines()
    faults = [line for line in lines if "WARNING" in line or "ERROR" in line or "UserWarning" in line]
    unexpected = [line for line in faults if not any(known in line for known in EXPECTED)]
    for line in unexpected:
        print(line)
    if result.returncode != 0 and not faults:
        print("\n".join(lines[-20:]))
    print(f"rasa data validate: exit {result.returncode}, {len(unexpected)} warning(s) that matter", file=sys.stderr)
    return 1 if unexpected or (result.returncode != 0 and not faults) else 0


if __name__ == "__main__":
    sys.exit(main())
