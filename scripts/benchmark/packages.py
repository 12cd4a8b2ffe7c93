"""The stand-in's packages and base image, signed again, so that a package can change."""

import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import zlib

from benchmark.shell import output, stop

KEY = "bench.rsa.pub"
PLATFORM = "x86_64"


class Signer:
    """A key of this run, which signs changed packages and indexes."""

    def __init__(self, work):
        self.private = work / "bench.rsa"
        output("openssl", "genrsa", "-out", self.private, "2048")
        self.public = output("openssl", "rsa", "-in", self.private, "-pubout").encode()

    def signed(self, *members):
        """Returns a file of gzip members, the first of which signs the second."""
        raw = subprocess.run(["openssl", "dgst", "-sha1", "-sign", self.private], input=members[0], check=True,
                             capture_output=True).stdout
        return segment({f".SIGN.RSA.{KEY}": raw}, end=False) + b"".join(members)


def segment(files, end):
    """A gzip'ed tar of small files; apk's signatures and controls have no end-of-archive blocks."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    raw = buffer.getvalue()
    return gzip.compress(raw if end else strip_end(raw), mtime=0)


def strip_end(raw):
    end = len(raw)
    while end >= 512 and not any(raw[end - 512:end]):
        end -= 512
    return raw[:end]


def members(data):
    """Splits a file into its gzip members."""
    result = []
    while data:
        engine = zlib.decompressobj(31)
        engine.decompress(data)
        result.append(data[:len(data) - len(engine.unused_data)])
        data = engine.unused_data
    return result


def read_tar(member):
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(member) + bytes(1024))) as tar:
        return {info.name: tar.extractfile(info).read() for info in tar if info.isfile()}


def repository(source, target, signer, changed):
    """The stand-in's repository, signed with the key of this run; optionally with one package renewed."""
    folder = target / PLATFORM
    folder.mkdir(parents=True)
    for apk in (source / PLATFORM).glob("*.apk"):
        os.link(apk, folder / apk.name) if same_file_system(apk, folder) else shutil.copy(apk, folder)
    index = read_tar(members((source / PLATFORM / "APKINDEX.tar.gz").read_bytes())[-1])
    records = index["APKINDEX"].decode().strip().split("\n\n")
    version = None
    if changed:
        records, version = renewed(records, folder, signer, changed)
    index["APKINDEX"] = ("\n\n".join(records) + "\n\n").encode()
    (folder / "APKINDEX.tar.gz").write_bytes(signer.signed(segment(index, end=True)))
    return version


def same_file_system(file, folder):
    return file.stat().st_dev == folder.stat().st_dev


def renewed(records, folder, signer, name):
    """Returns the records with a package replaced by its next revision, which has one more file."""
    result, version = [], None
    for record in records:
        fields = dict(line.split(":", 1) for line in record.split("\n"))
        if fields["P"] == name:
            old = fields["V"]
            stem, _, revision = old.rpartition("-r")
            version = f"{stem}-r{int(revision) + 1}"
            _, control, data = members((folder / f"{name}-{old}.apk").read_bytes())
            raw = strip_end(gzip.decompress(data))
            with tarfile.open(fileobj=io.BytesIO(raw)) as tar:
                folders = [entry.name for entry in tar if entry.isdir()]
            # apk installs a file only if its package lists the directory.
            place = "usr/share" if "usr/share" in folders else folders[0]
            extra = io.BytesIO()
            with tarfile.open(fileobj=extra, mode="w", format=tarfile.PAX_FORMAT) as tar:
                content = f"changed for a measurement: {version}\n".encode()
                info = tarfile.TarInfo(f"{place}/bench-{name}")
                info.size = len(content)
                info.uname = info.gname = "root"
                info.pax_headers = {"APK-TOOLS.checksum.SHA1": hashlib.sha1(content).hexdigest()}
                tar.addfile(info, io.BytesIO(content))
            data = gzip.compress(raw + extra.getvalue(), mtime=0)
            files = read_tar(control)
            files[".PKGINFO"] = "\n".join(
                f"pkgver = {version}" if line.startswith("pkgver = ")
                else f"datahash = {hashlib.sha256(data).hexdigest()}" if line.startswith("datahash = ")
                else line for line in files[".PKGINFO"].decode().split("\n")).encode()
            control = segment(files, end=False)
            package = signer.signed(control, data)
            (folder / f"{name}-{old}.apk").unlink()
            (folder / f"{name}-{version}.apk").write_bytes(package)
            checksum = "Q1" + base64.b64encode(hashlib.sha1(control).digest()).decode()
            new = {"C": checksum, "V": version, "S": str(len(package))}
            changed = "\n".join(f"{key}:{new.get(key, value)}" for key, value in fields.items())
            result.append(changed.replace(f"={old}", f"={version}"))
        else:
            result.append(record)
    if version is None:
        stop(f"the repository has no package {name}")
    return result, version


def base_image(source, target, signer, alpine_root):
    """The stand-in's base image, with the key of this run and the real apk on top."""
    shutil.copytree(source, target)
    blobs = target / "blobs" / "sha256"

    def put(content):
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"digest": f"sha256:{digest}", "size": len(content)}

    def get(descriptor):
        return json.loads((blobs / descriptor["digest"].partition(":")[2]).read_bytes())

    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        def add(name, content=b"", mode=0o644, kind=tarfile.REGTYPE, link=""):
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.type, info.linkname = len(content), mode, kind, link
            tar.addfile(info, io.BytesIO(content))

        add(f"etc/apk/keys/{KEY}", signer.public)
        if alpine_root:
            # The stand-in is based on glibc, so the real apk needs its own C library, which has its own directory.
            with tarfile.open(alpine_root) as root:
                names = {name.lstrip("./"): name for name in root.getnames()}
                libraries = [name for name in names if name.startswith("lib/lib") and ".so" in name]
                add("opt/apk", mode=0o755, kind=tarfile.DIRTYPE)
                for name in libraries:
                    info = root.getmember(names[name])
                    if info.isfile():
                        add(f"opt/apk/{pathlib.Path(name).name}", root.extractfile(info).read(), 0o755)
                    else:
                        add(f"opt/apk/{pathlib.Path(name).name}", kind=tarfile.SYMTYPE,
                            link=pathlib.Path(info.linkname).name)
                loader = next(name for name in names if name.startswith("lib/ld-musl-"))
                add(f"opt/apk/{pathlib.Path(loader).name}", root.extractfile(names[loader]).read(), 0o755)
                add("opt/apk/apk", root.extractfile(names["sbin/apk"]).read(), 0o755)
                add("sbin/apk", b"#!/bin/sh\nexec /opt/apk/" + pathlib.Path(loader).name.encode()
                    + b' --library-path /opt/apk /opt/apk/apk "$@"\n', 0o755)
    index = json.loads((target / "index.json").read_bytes())
    manifest = get(index["manifests"][0])
    while "manifests" in manifest:
        manifest = get(manifest["manifests"][0])
    config = get(manifest["config"])
    config["rootfs"]["diff_ids"].append("sha256:" + hashlib.sha256(layer.getvalue()).hexdigest())
    config.setdefault("history", []).append({"created_by": "scripts/bench: key and apk"})
    manifest["layers"].append({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                               **put(gzip.compress(layer.getvalue(), mtime=0))})
    manifest["config"].update(put(json.dumps(config).encode()))
    descriptor = {"mediaType": "application/vnd.oci.image.manifest.v1+json", **put(json.dumps(manifest).encode()),
                  "annotations": {"org.opencontainers.image.ref.name": "bench-base"}}
    (target / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [descriptor]}))
    return descriptor["digest"]
