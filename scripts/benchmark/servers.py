"""The servers of both sides, on loopback: a registry, an engine, packages."""

import hashlib
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

from benchmark.measure import Tree
from benchmark.shell import output, stop


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Registry:
    """docker-registry on loopback, with its own storage directory."""

    def __init__(self, directory):
        self.directory = directory
        self.port = free_port()
        self.process = None
        self.start()

    def start(self, seed=None):
        self.directory.mkdir(parents=True)
        if seed:
            shutil.copytree(seed, self.directory / "data", copy_function=link_or_copy)
        self.process = self.serve("registry", {"addr": f"127.0.0.1:{self.port}"})
        wait_for(lambda: urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v2/", timeout=1).status == 200,
                 "docker-registry")

    def serve(self, name, address):
        """Starts a server of this registry's directory and returns its process."""
        settings = self.directory / f"{name}.json"
        settings.write_text(json.dumps({
            "version": 0.1, "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self.directory / "data")}, "delete": {"enabled": True}},
            "http": address}))
        with (self.directory / f"{name}.log").open("w") as log:
            return subprocess.Popen(
                ["docker-registry", "serve", settings], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=os.environ | {"OTEL_TRACES_EXPORTER": "none"})

    def empty(self, seed=None):
        """Starts again with nothing, or with what another registry had when it was saved."""
        self.close()
        shutil.rmtree(self.directory)
        self.start(seed)

    def save(self, seed):
        shutil.copytree(self.directory / "data", seed, copy_function=link_or_copy)
        return seed

    def digest(self, repository, tag):
        request = urllib.request.Request(
            f"http://{self}/v2/{repository}/manifests/{tag}", method="HEAD",
            headers={"Accept": "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.headers["Docker-Content-Digest"]

    def stored(self):
        blobs = self.directory / "data" / "docker" / "registry" / "v2" / "blobs"
        return sum(file.stat().st_size for file in blobs.rglob("data")) if blobs.exists() else 0

    def close(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def __str__(self):
        return f"127.0.0.1:{self.port}"


def link_or_copy(source, target):
    """Blobs never change, so that they need no copy. Tags are written in place."""
    if pathlib.Path(source).name == "data":
        os.link(source, target)
    else:
        shutil.copyfile(source, target)


class Builder:
    """A daemon with its own disk. A subclass has disk and process, and starts the daemon."""

    def renew(self):
        """Starts again with an empty disk, like another machine."""
        self.stop()
        self.disk.renew()
        self.start()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self):
        self.stop()
        self.disk.detach()


class Engine(Builder):
    """dockerd with its own data and without network; builds use the host's."""

    name = "docker"

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir()
        self.disk = Disk(directory / "data")
        self.socket = f"unix://{directory}/docker.sock"
        (directory / "daemon.json").write_text("{}")
        debian = pathlib.Path("/usr/bin/docker")
        self.client = str(debian) if debian.exists() else "docker"
        self.start()

    def start(self):
        command = [
            "dockerd", "--host", self.socket, "--data-root", self.directory / "data", "--exec-root",
            self.directory / "exec", "--pidfile", self.directory / "pid",
            "--config-file", self.directory / "daemon.json",
            "--bridge", "none", "--iptables=false", "--ip6tables=false",
            "--containerd-namespace", f"bench-{os.getpid()}",
            "--containerd-plugins-namespace", f"bench-plugins-{os.getpid()}", "--log-level", "warn"]
        with (self.directory / "log").open("w") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.tree = Tree(self.process.pid)
        wait_for(lambda: self.process.poll() is None and self.answers(), "dockerd")

    def answers(self):
        version = subprocess.run(
            self.words("version"), check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=10)
        return version.returncode == 0

    def words(self, *words):
        return [self.client, "--host", self.socket, *words]

    def docker(self, *words):
        return output(*self.words(*words))

    def inline(self, directory, tag, cached):
        """Returns the commands that build and push an image which is a cache too, the second time from it."""
        cache = ["--cache-from", tag] if cached else []
        return [self.words("build", "--network", "host", "--build-arg", "BUILDKIT_INLINE_CACHE=1", *cache, "--tag", tag,
                           directory), self.words("push", tag)]

    def renew(self, base=None):
        """Starts again with an empty disk, like another machine; with the builds' base image, if needed."""
        super().renew()
        if base:
            self.docker("pull", "--quiet", base)


class Disk:
    """A new ext4 file system for a contestant that starts again, if root may mount one. For minutes, a file system
    does not reuse the inodes of thousands of deleted files, and searches past all of them for each new file. That took
    half a millisecond a file here, most of a pull's time."""

    BYTES, INODES = 16 << 30, 400_000

    def __init__(self, directory):
        self.directory = directory
        self.image = directory.with_name(f"{directory.name}.ext4")
        self.attached = False
        directory.mkdir()
        self.attach()

    def renew(self):
        self.detach()
        shutil.rmtree(self.directory)
        self.directory.mkdir()
        self.attach()

    def attach(self):
        if os.geteuid() == 0:
            with self.image.open("wb") as image:
                image.truncate(self.BYTES)
            output("mkfs.ext4", "-q", "-F", "-N", self.INODES, self.image)
            output("mount", "-o", "loop,noinit_itable", self.image, self.directory)
            self.attached = True

    def detach(self):
        if self.attached:
            output("umount", "--recursive", self.directory)
            self.image.unlink()
            self.attached = False


class Link:
    """Loopback no faster than a network while this is entered, because a pull from another machine waits too."""

    def __init__(self, rate, burst="2mb"):
        self.rate, self.burst = rate, burst

    @staticmethod
    def is_possible():
        return bool(shutil.which("tc")) and "noqueue" in output("tc", "qdisc", "show", "dev", "lo")

    def __enter__(self):
        output("tc", "qdisc", "add", "dev", "lo", "root", "tbf", "rate", self.rate, "burst", self.burst,
               "latency", "100ms")

    def __exit__(self, *_):
        output("tc", "qdisc", "del", "dev", "lo", "root")


def wait_for(condition, what):
    for _ in range(200):
        try:
            if condition():
                return
        except OSError:
            pass
        time.sleep(0.1)
    stop(f"{what} does not answer")


class Upstream(http.server.ThreadingHTTPServer):
    """The packages and the npm registry's answers, fetched once and kept."""

    daemon_threads = True

    def __init__(self, repository, npm_cache):
        super().__init__(("127.0.0.1", 0), UpstreamHandler)
        self.repository = repository
        self.npm_cache = npm_cache
        npm_cache.mkdir(exist_ok=True)
        self.npm_registry = output("npm", "config", "get", "registry").strip().rstrip("/") + "/"
        self.address = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class UpstreamHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "npm":
            file = self.npm(rest)
            if rest.endswith(".tgz") or not file.is_file():
                self.send_file(file)
            else:
                # Cached metadata has addresses of the registry; answers have addresses of this server.
                self.send(file.read_bytes().replace(self.server.npm_registry.encode(),
                                                    (self.server.address + "/npm/").encode()))
        elif kind == "repository" and ".." not in rest:
            self.send_file(self.server.repository / rest)
        else:
            self.send_error(404)

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_error(404)

    def npm(self, path):
        file = self.server.npm_cache / hashlib.sha256((path + self.headers.get("Accept", "")).encode()).hexdigest()
        if not file.exists():
            headers = {name: self.headers[name] for name in ["Accept"] if name in self.headers}
            request = urllib.request.Request(self.server.npm_registry + path, headers=headers)
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    body = answer.read()
            except urllib.error.HTTPError:
                return file
            partial = file.with_name(f"{file.name}.{threading.get_ident()}")
            partial.write_bytes(body)
            partial.rename(file)
        return file

    def send(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def send_file(self, file):
        if not file.is_file():
            self.send_error(404)
            return
        with file.open("rb") as source:
            size = os.fstat(source.fileno()).st_size
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.flush()
            self.connection.setblocking(True)
            offset = 0
            while offset < size:
                offset += os.sendfile(self.connection.fileno(), source.fileno(), offset, size - offset)
