"""A current BuildKit without Docker."""

import subprocess

from benchmark.measure import Tree
from benchmark.servers import Builder, Disk, wait_for
from benchmark.shell import install, stop


class BuildKit(Builder):
    """buildkitd with its own data; builds use the host's network."""

    name = "buildkit"

    def __init__(self, programs, directory):
        self.programs, self.directory = programs, directory
        for program in ["buildkitd", "buildctl"]:
            if not (programs / program).is_file():
                stop(f"{programs} has no {program}")
        install("runc", "runc")
        directory.mkdir()
        self.disk = Disk(directory / "data")
        self.address = f"unix://{directory}/buildkitd.socket"
        self.start()

    def start(self):
        # The configuration is this one, not that of the machine.
        settings = self.directory / "buildkitd.toml"
        settings.write_text("")
        with (self.directory / "log").open("w") as log:
            self.process = subprocess.Popen(
                [self.programs / "buildkitd", "--config", settings, "--addr", self.address, "--root",
                 self.directory / "data", "--oci-worker-net", "host", "--containerd-worker=false",
                 "--allow-insecure-entitlement", "network.host"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.tree = Tree(self.process.pid)
        wait_for(lambda: self.process.poll() is None and self.answers(), "buildkitd")

    def answers(self):
        workers = subprocess.run(self.words("debug", "workers"), check=False, capture_output=True,
                                 stdin=subprocess.DEVNULL, timeout=10)
        return workers.returncode == 0

    def words(self, *words):
        return [self.programs / "buildctl", "--addr", self.address, *words]

    def inline(self, directory, tag, cached):
        """Returns the command that builds and pushes an image which is a cache too, the second time from it."""
        cache = ["--import-cache", f"type=registry,ref={tag},registry.insecure=true"] if cached else []
        return [self.words(
            "build", "--frontend", "dockerfile.v0", "--local", f"context={directory}", "--local",
            f"dockerfile={directory}", "--opt", "force-network-mode=host", "--allow", "network.host", "--export-cache",
            "type=inline", *cache, "--output", f"type=image,name={tag},push=true,registry.insecure=true")]
