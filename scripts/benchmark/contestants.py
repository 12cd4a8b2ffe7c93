"""The ways to make and push the images that are compared."""

import json
import os

from benchmark.measure import Measured
from benchmark.servers import Disk
from benchmark.shell import output

COLD, UNCHANGED, CHANGED = "cold", "nothing changed", "one package changed"
ROWS = [COLD, UNCHANGED, CHANGED]
PULL = "pull of both"
COMPOSED = "composed in a running JVM"
# Not a release, because the changed image has the same tag and published releases are immutable.
VERSION = "bench"
IMAGES = ["opencode-sandbox-base", "opencode-sandbox-developer"]


class Ours:
    """This product, from the command line, with a cache and a lock file of its own."""

    name = "ours"
    pulled = True

    def __init__(self, program, directory, registry, upstream, base):
        self.program, self.directory, self.registry = program, directory, registry
        self.disk = Disk(directory)
        self.benchmark = {"base": base, "repository": f"{upstream.address}/repository",
                          "npm": f"{upstream.address}/npm/", "cache": directory / "cache"}
        self.inputs = ["--upstream", "mirror", "--base", base, "--repository", f"{upstream.address}/repository",
                       "--npm-registry", f"{upstream.address}/npm/", "--cache", directory / "cache",
                       "--lock", directory / "lock.json", "--image-version", VERSION]

    def close(self):
        self.disk.detach()

    def lock(self):
        return (self.directory / "lock.json").read_text()

    def digests(self):
        return [self.registry.digest(f"ours/{name}", VERSION) for name in IMAGES]

    def requested(self):
        """Returns the packages that the lock file names for each image."""
        lock = json.loads(self.lock())
        return {name: next(iter(platforms.values()))["requested"] for name, platforms in lock["images"].items()}

    def build(self, measured, *more, target=None):
        measured.command(self.program, "build", *self.inputs, *more, "--to", f"{target or self.registry}/ours/",
                         "--results", self.directory / "results")

    def measure(self, row, package):
        if row == COLD:
            self.disk.renew()
        if row == CHANGED:
            # The lock would keep the package from changing. Rewriting the Dockerfile is not measured either.
            (self.directory / "lock.json").unlink()
        with Measured(self.registry) as measured:
            self.build(measured)
        return measured.figures

    def composed(self, project, runs):
        """Returns JMH's seconds for an image with one more package, from this cache."""
        result = self.directory / "jmh.json"
        properties = " ".join(f"-Dsandbox.benchmark.{name}={value}" for name, value in self.benchmark.items())
        output("mvn", "-q", "test-compile", "exec:exec", "-Dexec.executable=java", "-Dexec.classpathScope=test",
               f"-Dexec.args=-cp %classpath {properties} org.openjdk.jmh.Main CompositionBenchmark -i {runs} "
               f"-rf json -rff {result}", cwd=project)
        (measurement,) = json.loads(result.read_text())
        return measurement["primaryMetric"]["rawData"][0]

    def references(self):
        return [f"{self.registry}/ours/{name}:{VERSION}" for name in IMAGES]

    def copy_to(self, directory):
        """Copies the pushed images into a directory, for the side that only copies them."""
        for image, reference in zip(IMAGES, self.references()):
            output("skopeo", "copy", "--quiet", "--all", "--src-tls-verify=false", f"docker://{reference}",
                   f"oci:{directory}:{image}")
        return directory


class Classic:
    """Usual Dockerfiles, built by BuildKit and pushed."""

    name = "docker"
    pulled = True

    def __init__(self, engine, directory, registry, upstream, base, requested, sdk):
        self.engine, self.directory, self.registry, self.upstream = engine, directory, registry, upstream
        self.base, self.requested, self.sdk = base, requested, sdk
        self.environment = os.environ | {"DOCKER_BUILDKIT": "1", "DOCKER_CONFIG": str(directory / "docker")}
        self.write({})

    def write(self, pins):
        base_packages = self.requested[IMAGES[0]]
        more = [name for name in self.requested[IMAGES[1]] if name not in base_packages]
        self.dockerfile(IMAGES[0], f"""\
FROM {self.base}
RUN apk add --no-cache --repository {self.upstream.address}/repository {words(base_packages, pins)}
RUN echo opencode:x:1000: >> /etc/group && echo opencode:x:1000:1000::/home/opencode:/bin/bash >> /etc/passwd \\
 && mkdir -p /home/opencode /workspace && chown 1000:1000 /home/opencode /workspace
ENV HOME=/home/opencode NPM_CONFIG_PREFIX=/usr/local
USER opencode
WORKDIR /workspace
ENTRYPOINT ["/sbin/tini", "--"]
CMD ["bash"]
""")
        npm = " ".join(f"{name}@{version}" for name, version in self.sdk.items())
        self.dockerfile(IMAGES[1], f"""\
FROM {self.tag(IMAGES[0])}
USER root
RUN apk add --no-cache --repository {self.upstream.address}/repository {words(more, pins)}
RUN HOME=/root NODE_DISABLE_COMPILE_CACHE=1 npm install -g --no-audit --no-fund --cache /tmp/npm \\
    --registry {self.upstream.address}/npm/ {npm} && rm -rf /tmp/npm
USER opencode
""")

    def dockerfile(self, image, text):
        directory = self.directory / image
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "Dockerfile").write_text(text)

    def tag(self, image):
        return f"{self.registry}/classic/{image}:{VERSION}"

    def measure(self, row, package):
        if row == COLD:
            self.engine.renew(self.base)
            self.write({})
        if row == CHANGED:
            self.write({package[0]: package[1]})
        with Measured(self.registry, self.engine.tree) as measured:
            for image in IMAGES:
                measured.command(*self.engine.words("build", "--network", "host", "--tag", self.tag(image),
                                                    self.directory / image), env=self.environment)
                measured.command(*self.engine.words("push", self.tag(image)), env=self.environment)
        return measured.figures

    def references(self):
        return [self.tag(name) for name in IMAGES]


class Skopeo:
    """Copying the finished images, which no build can beat."""

    name = "skopeo copy"
    pulled = False

    def __init__(self, finished, registry):
        self.finished, self.registry = finished, registry

    def measure(self, row, package):
        directory = self.finished[row == CHANGED]
        with Measured(self.registry) as measured:
            for image in IMAGES:
                measured.command("skopeo", "copy", "--all", "--dest-tls-verify=false", f"oci:{directory}:{image}",
                                 f"docker://{self.registry}/skopeo/{image}:{VERSION}")
        return measured.figures


def words(packages, pins):
    return " ".join(f"'{name}={pins[name]}'" if name in pins else f"'{name}'" for name in packages)
