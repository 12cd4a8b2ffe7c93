"""The builds of a machine that has nothing, where the registry has the images of the build before."""

import statistics

from benchmark.contestants import CHANGED, IMAGES, UNCHANGED, Classic
from benchmark.distant import Distant
from benchmark.measure import Measured
from benchmark.shell import stop


class Fresh:
    """The rows of both sides."""

    def __init__(self, registry, upstream, states, package):
        self.registry, self.upstream, self.states, self.package = registry, upstream, states, package
        self.sides = []
        self.figures = {}

    def run(self, ours_first):
        for changed in [False, True]:
            for far in [False, True]:
                row = f"fresh machine, {CHANGED if changed else UNCHANGED}{f', {Distant.distance()}' if far else ''}"
                for side in self.sides if ours_first else reversed(self.sides):
                    figures = self.measure(side, changed, far)
                    self.figures.setdefault(row, {}).setdefault(side.name, []).append(figures)

    def measure(self, side, changed, far):
        self.upstream.repository = self.states[changed]
        self.registry.empty(side.seed)
        side.renew(changed, self.package)
        if not far:
            figures = side.build(self.registry)
        else:
            with Distant(self.registry) as distant:
                figures = side.build(distant)
            figures |= distant.counts
        side.check(changed)
        return figures

    def report(self):
        print("\n| | | wall s | to the other | CPU s | uploaded MB | downloaded MB | requests | in turn |")
        print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
        for row, sides in self.figures.items():
            for side, runs in sides.items():
                print(f"| {row} | {side} | {spread(runs, 'wall_s')} | {ratio(sides) if side == 'ours' else ''} | "
                      f"{spread(runs, 'cpu_s')} | {megabytes(runs, 'uploaded_bytes')} | "
                      f"{megabytes(runs, 'downloaded_bytes')} | {count(runs, 'requests')} | {count(runs, 'turns')} |")
        print("\nIn turn: the handshakes and requests, each of which has waited for the one before.")


def ratio(sides):
    """Returns the median of our part of the other side's time in the same run, because machines have slow hours."""
    others = [runs for name, runs in sides.items() if name != "ours"]
    if not others:
        return ""
    ratios = [ours["wall_s"] / other["wall_s"] for ours, other in zip(sides["ours"], *others)]
    return f"{statistics.median(ratios):.2f}"


def median(runs, figure):
    return statistics.median(run[figure] for run in runs)


def spread(runs, figure):
    values = [run[figure] for run in runs]
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def megabytes(runs, figure):
    return f"{median(runs, figure) / 1_000_000:.2f}" if figure in runs[0] else ""


def count(runs, figure):
    return f"{median(runs, figure):.0f}" if figure in runs[0] else ""


class FreshOurs:
    """This product, with a lock file and without a cache of its own."""

    name = "ours"

    def __init__(self, ours, seed, locks, digests):
        self.ours, self.seed, self.locks, self.digests = ours, seed, locks, digests

    def renew(self, changed, package):
        self.ours.disk.renew()
        (self.ours.directory / "lock.json").write_text(self.locks[changed])

    def build(self, target):
        with Measured(target) as measured:
            self.ours.build(measured, "--locked", target=target)
        return measured.figures

    def check(self, changed):
        if self.ours.digests() != self.digests[changed]:
            stop("a fresh machine has made other images than the one before")


class Inline(Classic):
    """The Dockerfiles, whose images are BuildKit's cache too."""

    @property
    def name(self):
        return self.engine.name

    def first(self):
        """Makes the images of the build before."""
        self.renew(False, None)
        self.build(self.registry, cached=False)

    def renew(self, changed, package):
        self.engine.renew()
        self.pins = {package[0]: package[1]} if changed else {}

    def build(self, target, cached=True):
        self.registry = target
        self.write(self.pins)
        with Measured(target, self.engine.tree) as measured:
            for image in IMAGES:
                for command in self.engine.inline(self.directory / image, self.tag(image), cached):
                    measured.command(*command, env=self.environment)
        return measured.figures

    def check(self, changed):
        """Their digests have the time in them."""
