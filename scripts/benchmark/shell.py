"""Running programs and reporting their failures."""

import os
import shutil
import subprocess
import sys


def stop(message):
    sys.exit(f"scripts/bench: {message}")


def say(message):
    print(f"scripts/bench: {message}", file=sys.stderr, flush=True)


def install(program, package):
    if shutil.which(program):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        stop(f"{program} is missing. Install it.")
    say(f"installing {package}")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    subprocess.run(["apt-get", "update", "-q"], check=False, **quiet)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "install", "-q", "-y", "--no-install-recommends", package]
    if subprocess.run(command, check=False, env=environment, **quiet).returncode or not shutil.which(program):
        stop(f"apt-get could not install {package}")


def output(*command, **options):
    done = subprocess.run([str(word) for word in command], check=False, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, **options)
    if done.returncode:
        stop(f"{' '.join(str(word) for word in command)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
    return done.stdout
