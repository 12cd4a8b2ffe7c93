"""Figures of a command: wall time, processor time, memory, and bytes added to the registry."""

import os
import pathlib
import subprocess
import tempfile
import threading
import time

from benchmark.shell import stop


class Tree:
    """Processor time and memory of a process and its descendants."""

    TICK = os.sysconf("SC_CLK_TCK")

    def __init__(self, pid):
        self.pid = pid

    def sample(self):
        parents, figures = {}, {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(words[1])
                # utime, stime, and those of children that have ended; resident pages
                figures[int(entry.name)] = (sum(map(int, words[11:15])) / self.TICK, int(words[21]) * 4096)
            except OSError:
                pass
        total, memory = 0.0, 0
        for pid, (cpu, resident) in figures.items():
            ancestor = pid
            while ancestor and ancestor != self.pid:
                ancestor = parents.get(ancestor, 0)
            if ancestor:
                total, memory = total + cpu, memory + resident
        return total, memory


class Measured:
    """Wall time, processor time, peak memory and new bytes in the registry for the commands inside."""

    def __init__(self, registry, engine=None):
        self.registry = registry
        self.engine = engine
        self.peak_client = 0

    def __enter__(self):
        self.bytes_before = self.registry.stored()
        self.engine_cpu = self.engine.sample()[0] if self.engine else 0
        self.client_cpu = 0.0
        self.peak_engine = 0
        self.ended = threading.Event()
        self.sampler = threading.Thread(target=self.watch) if self.engine else None
        if self.sampler:
            self.sampler.start()
        self.start = time.monotonic()
        return self

    def watch(self):
        while not self.ended.wait(0.1):
            self.peak_engine = max(self.peak_engine, self.engine.sample()[1])

    def command(self, *words, **options):
        with tempfile.TemporaryFile() as log:
            process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                       **options)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            log.seek(0)
            text = log.read().decode(errors="replace")
        self.client_cpu += usage.ru_utime + usage.ru_stime
        self.peak_client = max(self.peak_client, usage.ru_maxrss * 1024)
        if process.returncode:
            stop(f"{' '.join(str(word) for word in words)} ended with {process.returncode}:\n{text[-4000:]}")
        return text

    def __exit__(self, *failure):
        self.wall = time.monotonic() - self.start
        if self.sampler:
            self.ended.set()
            self.sampler.join()
        if failure[0] is None:
            engine = self.engine.sample()[0] - self.engine_cpu if self.engine else 0
            self.figures = {
                "wall_s": self.wall,
                "cpu_s": self.client_cpu + engine,
                "memory_bytes": self.peak_client + self.peak_engine,
                "uploaded_bytes": self.registry.stored() - self.bytes_before,
            }
