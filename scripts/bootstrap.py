"""Make the locked environment from nothing but a python3: find or fetch uv, then let it build ``.venv``.

Written for any Python from 3.6 on, because it runs before Python 3.10 is there. Steps that are
done already are skipped: a stamp in ``.venv`` remembers the lock file it was made from.
"""

import hashlib
import os
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TOOLS = os.path.join(ROOT, ".tools")
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, ".kefu-locked")
INPUTS = ("uv.lock", "pyproject.toml", ".python-version")


def say(text):
    print("kefu: " + text, file=sys.stderr, flush=True)


def give_up(text):
    say(text)
    sys.exit(1)


def fingerprint():
    digest = hashlib.sha256()
    for name in INPUTS:
        with open(os.path.join(ROOT, name), "rb") as source:
            digest.update(source.read())
    return digest.hexdigest()


def is_current():
    if not os.path.exists(os.path.join(VENV, "bin", "python")):
        return False
    try:
        with open(STAMP) as stamp:
            return stamp.read() == fingerprint()
    except OSError:
        return False


def works(command):
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def uv_candidates():
    found = shutil.which("uv")
    if found:
        yield found
    yield os.path.join(TOOLS, "uv", "bin", "uv")
    yield os.path.join(TOOLS, "venv", "bin", "uv")


def find_uv():
    for candidate in uv_candidates():
        if works([candidate, "--version"]):
            return candidate
    return None


def fetch_uv():
    """Into a folder of ours: ``pip install --user`` is refused on Debian, and a system install is not ours to make."""
    say("fetching uv (the installer of the locked environment) …")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if works([*pip, "--target", os.path.join(TOOLS, "uv"), "uv"]):
        return
    in_venv = os.path.join(TOOLS, "venv")
    if works([sys.executable, "-m", "venv", in_venv]):
        works([os.path.join(in_venv, "bin", "python"), "-m", "pip", "install", "--quiet", "uv"])


def uv_or_explain():
    uv = find_uv()
    if uv is None:
        fetch_uv()
        uv = find_uv()
    if uv is None:
        give_up(
            "could not fetch 'uv'. This python3 has neither a working pip nor venv, or the package index cannot be "
            "reached.\n  Remedy: install uv (https://docs.astral.sh/uv/) or 'apt-get install python3-pip "
            "python3-venv', check the network, and run make again."
        )
    return uv


def python_for(uv):
    """A Python 3.10: one that is there, else pyenv's, else uv's own download (by leaving the choice to uv)."""
    known = subprocess.run(
        [uv, "python", "find", "--no-python-downloads", "3.10"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    if known.returncode == 0:
        return known.stdout.decode().strip()
    say("Python 3.10 is not here yet; asking uv to download it …")
    if works([uv, "python", "install", "3.10"]):
        return "3.10"
    pyenv = shutil.which("pyenv")
    if pyenv:
        say("that failed; asking pyenv to build it (some minutes) …")
        if subprocess.call([pyenv, "install", "--skip-existing", "3.10"]) == 0:
            prefix = subprocess.check_output([pyenv, "prefix", "3.10"]).decode().strip()
            return os.path.join(prefix, "bin", "python")
    return give_up(
        "Python 3.10 is needed (Rasa runs on no newer one) and could neither be found nor downloaded.\n"
        "  Remedy: 'uv python install 3.10', 'pyenv install 3.10' or your system's package for python3.10; "
        "then run make again."
    )


def switch_telemetry_off():
    """Rasa reports home unless told not to, and with our newer sentry-sdk it stops with an error instead.

    A line in site-packages holds for every way to start it, ``.venv/bin/rasa shell`` included.
    """
    folder = os.path.join(VENV, "lib", "python3.10", "site-packages")
    with open(os.path.join(folder, "kefu_no_telemetry.pth"), "w") as line:
        line.write("import os; os.environ.setdefault('RASA_TELEMETRY_ENABLED', 'false')\n")


def sync(uv, python):
    say("installing the locked environment (about 3 GB on disk; a few minutes the first time) …")
    environment = dict(os.environ, UV_PROJECT_ENVIRONMENT=VENV)
    command = [uv, "sync", "--locked", "--python", python]
    if subprocess.call(command, cwd=ROOT, env=environment) != 0:
        give_up("the environment could not be installed; the lines above say why. Mend that and run make again.")
    switch_telemetry_off()
    with open(STAMP, "w") as stamp:
        stamp.write(fingerprint())


def main():
    if is_current():
        return
    uv = uv_or_explain()
    sync(uv, python_for(uv))


if __name__ == "__main__":
    main()
