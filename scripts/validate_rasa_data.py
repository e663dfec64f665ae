"""``rasa data validate`` that fails on warnings: Rasa's own flag returned 0 in spite of them (3.6.21)."""

import os
import re
import subprocess
import sys

# What Rasa itself says, as against the libraries it imports.
SAID_BY_RASA = re.compile(r"rasa/shared/\S+: (UserWarning|FutureWarning)|^\S* ?(WARNING|ERROR) +rasa")
NOT_ABOUT_OUR_FILES = "pkg_resources is deprecated"
EXPECTED = (
    # Response keys that actions and the core say (notices, labels, words); no rule names them.
    re.compile(r"The utterance '\w+' is not used in any story"),
    re.compile(r"The (action|form) '\w+' is not used in any story"),
)
ENVIRONMENT = {
    "PYTHONUTF8": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def main() -> int:
    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings"]
    result = subprocess.run(
        command, env={**os.environ, **ENVIRONMENT}, capture_output=True, text=True, encoding="utf-8", check=False
    )
    lines = (result.stdout + result.stderr).splitlines()
    said = [line for line in lines if SAID_BY_RASA.search(line) and NOT_ABOUT_OUR_FILES not in line]
    faults = [line for line in said if not any(known.search(line) for known in EXPECTED)]
    for line in faults:
        print(line)
    crashed = any(line.startswith("Traceback") for line in lines)
    if crashed or (result.returncode != 0 and not faults):
        print("\n".join(lines[-30:]))
    print(f"rasa data validate: exit {result.returncode}, {len(faults)} warning(s) that matter", file=sys.stderr)
    return 1 if faults or crashed or result.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
