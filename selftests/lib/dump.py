#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What "ethtool -w DEV data FILE" has written, as JSON. Documentation/dump.rst has the format.

dump.py FILE [PATH]: all of it, or what is at PATH, as "queues.0.tx.posted"; rings have the
numbers of their entries that are not zero, not their bytes.
"""
import json
import struct
import sys

MAGIC, VERSION = 0x504d4447, 1
HEAD = struct.Struct("<6IQ")
PART = struct.Struct("<HHI")
QUEUE = struct.Struct("<II2QII12I8I")
STATS = struct.Struct("<14Q6I")
RING = struct.Struct("<IIQ")
DOORBELL = 128
RINGS = (("tx", 64), ("xdp", 64), ("rx", 16), ("tx_cq", 32), ("rx_cq", 32))
REGISTERS, PORT, QUEUES, RING_OF, TRACE = range(1, 6)


def head(data):
    magic, version, flag, length, port, queues, time = HEAD.unpack_from(data)
    if magic != MAGIC or version != VERSION:
        sys.exit(f"no dump of version {VERSION}")
    if length != len(data):
        sys.exit(f"{len(data)} bytes of {length}")
    return {"flag": flag, "len": length, "port": port, "queues_running": queues, "time": time}


def parts(data):
    at = HEAD.size
    while at < len(data):
        kind, queue, length = PART.unpack_from(data, at)
        at += PART.size
        if at + length > len(data):
            sys.exit(f"a part of kind {kind} ends behind the file")
        yield kind, queue, data[at:at + length]
        at += length


def registers(body):
    return {f"{offset:#x}": value for offset, value in struct.iter_unpack("<II", body)}


def port(body):
    """Of struct gnic_hw_port_info and struct gnic_hw_mac_stats some members"""
    address, state, fault, speed = struct.unpack_from("<6sBBI", body)
    mtu, = struct.unpack_from("<I", body, 16)
    received, sent = (struct.unpack_from("<2Q", body, 48 + at) for at in (0, 232))
    return {"address": address.hex(":"), "state": state, "fault": fault, "speed": speed,
            "mtu": mtu, "rx_frames": received[0], "rx_octets": received[1],
            "tx_frames": sent[0], "tx_octets": sent[1]}


def stats(body):
    names = ("tx_packets", "tx_bytes", "rx_packets", "rx_bytes", "no_buffer", "too_big", "errors",
             "acks", "naks", "retransmits", "timeouts", "duplicates", "out_of_order",
             "rkey_errors", "syndrome", "sq_index", "sq_done", "rq_index", "rq_done", "flags")
    return dict(zip(names, STATS.unpack(body)))


def queue_of(body):
    words = QUEUE.unpack_from(body)
    names = ("vector", "flags", "lost_irqs", "rung_again", "buf_size", "headroom")
    found = dict(zip(names, words))
    for i, name in enumerate(("tx", "xdp", "rx")):
        found[name] = dict(zip(("qpn", "entries", "posted", "reaped"), words[6 + 4 * i:]))
    for i, name in enumerate(("tx_cq", "rx_cq")):
        found[name] = dict(zip(("cqn", "entries", "consumed", "armed"), words[18 + 4 * i:]))
    found["device"] = stats(body[QUEUE.size:QUEUE.size + STATS.size])
    found["xdp_device"] = stats(body[QUEUE.size + STATS.size:])
    return found


def ring(body):
    kind, entries, dma = RING.unpack_from(body)
    name, size = RINGS[kind]
    doorbell = body[RING.size:RING.size + DOORBELL]
    rest = body[RING.size + DOORBELL:]
    if len(rest) != entries * size:
        sys.exit(f"{entries} entries in {len(rest)} bytes")
    used = sum(any(rest[i:i + size]) for i in range(0, len(rest), size))
    return name, {"entries": entries, "dma": dma, "used": used,
                  "index": int.from_bytes(doorbell[:4], "little"),
                  "done": int.from_bytes(doorbell[64:68], "little")}


def trace(body):
    records = struct.iter_unpack("<QIIII", body)
    return [dict(zip(("time", "event", "seq", "a", "b"), record)) for record in records
            if any(record)]


def parse(data):
    found = head(data)
    found["queues"], found["rings"] = [], {}
    for kind, number, body in parts(data):
        if kind == REGISTERS:
            found["registers"] = registers(body)
        elif kind == PORT:
            found["port_state"] = port(body)
        elif kind == QUEUES:
            found["queues"].append(queue_of(body))
        elif kind == RING_OF:
            name, what = ring(body)
            found["rings"].setdefault(str(number), {})[name] = what
        elif kind == TRACE:
            found["trace"] = trace(body)
    return found


def main():
    with open(sys.argv[1], "rb") as file:
        found = parse(file.read())
    for step in sys.argv[2].split(".") if len(sys.argv) > 2 else ():
        found = found[int(step)] if isinstance(found, list) else found[step]
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
