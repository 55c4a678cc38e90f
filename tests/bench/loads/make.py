#!/usr/bin/env python3
"""Makes the loads of the bench, each once: make.py [--quick] [NAME...].

Real peers talk (npm's ws, socket.io 2 and 4; FRAMESCOPE_PEERS names the folder of the installed
packages), tcpdump records them, and what the peers counted themselves is kept beside the recording:
NAME.pcap and NAME.json in ~/.cache/framescope/bench. A recording in which tcpdump lost a packet, or whose
peers do not agree with each other, is thrown away.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import catalogue
import network
from recording import Recording

HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
TRIES = 3


def check_ports():
    """Ends the program where tshark has a protocol of its own for one of our ports."""
    said = subprocess.run(["tshark", "-G", "decodes"], capture_output=True, text=True, check=True).stdout
    taken = {int(words[1]): words[2] for line in said.splitlines() if (words := line.split("\t"))[0] == "tcp.port"}
    first, last = catalogue.CLIENT_PORTS
    ours = {load.port for load in catalogue.LOADS.values()} | set(range(first, last + 1))
    for port in sorted(ours & taken.keys()):
        raise SystemExit(f"bench: tshark takes port {port} for {taken[port]}; the loads need another one")


def talk(load, scale, folder):
    """Lets the peers talk once; returns the counts of both, and what tcpdump captured and dropped."""
    net = network.Network(catalogue.CLIENT_PORTS, load.mtu)
    said = {side: folder / f"{load.name}.{side}.json" for side in ("server", "client")}
    words = [load.name, str(scale), net.address, str(load.port)]
    recording = Recording(net.device, folder / f"{load.name}.part", load.port)
    server = subprocess.Popen(
        [*net.inside_server, "node", PEERS / "serve.mjs", *words, said["server"]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    if server.stdout.readline().strip() != "listening":
        raise SystemExit(f"bench: the server of {load.name} does not listen")
    client = subprocess.run(["node", PEERS / "talk.mjs", *words, said["client"]])
    server.stdin.close()
    if client.returncode or server.wait(60):
        raise SystemExit(f"bench: the peers of {load.name} failed")
    captured, dropped = recording.end()
    net.close()
    counts = [json.loads(said[side].read_text())["connections"] for side in ("client", "server")]
    for path in said.values():
        path.unlink()
    return *counts, captured, dropped


def joined(sender, receiver):
    """One direction of a connection: the frames that were sent, and the messages that arrived."""
    got = {name: receiver[name] for name in ("messages", "bytes", "sha256")}
    return {"frames": sender["frames"], "wire_bytes": sender["wireBytes"], **got}


def joined_connections(client, server):
    ports = [{side["port"]: side for side in sides} for sides in (client, server)]
    if ports[0].keys() != ports[1].keys():
        raise SystemExit("bench: client and server do not know the same connections")
    return [
        {"client_port": port, "c2s": joined(ports[0][port], ports[1][port]), "s2c": joined(ports[1][port], ports[0][port])}
        for port in sorted(ports[0])
    ]


def make(load, scale):
    folder = catalogue.cache_folder(scale)
    folder.mkdir(parents=True, exist_ok=True)
    client, server, captured, dropped = talk(load, scale, folder)
    part = folder / f"{load.name}.part"
    if dropped:
        part.unlink()
        return f"tcpdump dropped {dropped} packets"
    connections = joined_connections(client, server)
    counts = {"load": load.name, "scale": scale, "server_port": load.port, "packets": captured, "connections": connections}
    catalogue.counts_of(load.name, scale).write_text(json.dumps(counts, indent=1))
    part.rename(catalogue.capture_of(load.name, scale))
    frames = sum(sum(way["frames"].values()) for one in connections for way in (one["c2s"], one["s2c"]))
    size = catalogue.capture_of(load.name, scale).stat().st_size
    print(f"{load.name}: {frames} frames in {captured} packets, {size / 1e6:.1f} MB", flush=True)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a twentieth of every load")
    parser.add_argument("--again", action="store_true", help="also those that are there")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(catalogue.LOADS))
    arguments = parser.parse_intermixed_args()
    if unknown := set(arguments.names) - catalogue.LOADS.keys():
        parser.error(f"there is no load {', '.join(sorted(unknown))}")
    scale = catalogue.QUICK if arguments.quick else 1
    names = arguments.names or list(catalogue.LOADS)
    if not arguments.again:
        names = [name for name in names if not catalogue.capture_of(name, scale).exists()]
    if network.is_inside():
        for _ in range(TRIES):
            wrong = make(catalogue.LOADS[names[0]], scale)
            if not wrong:
                return
            print(f"bench: {names[0]}: {wrong}; once more", file=sys.stderr, flush=True)
        raise SystemExit(f"bench: {names[0]} cannot be recorded on this machine: {wrong}")
    if not names:
        return
    if not (Path(os.environ.get("FRAMESCOPE_PEERS", "")) / "node_modules" / "ws").is_dir():
        raise SystemExit("bench: FRAMESCOPE_PEERS names no folder with the npm packages that the loads need")
    check_ports()
    # Each in a namespace of its own, so that no port is waiting for late packets of the load before.
    for name in names:
        size = ["--quick"] if arguments.quick else []
        if status := network.enter([__file__, "--again", *size, name]):
            raise SystemExit(status)


main()
