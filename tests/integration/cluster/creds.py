"""Makes operator.conf and press.creds: a NATS operator, its account and a user, from fixed seeds.

Python with `cryptography`. They guard nothing: the tests' servers listen on loopback, for seconds.
"""

import base64
import hashlib
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KINDS = {"O": 14 << 3, "A": 0, "U": 20 << 3}
SEED = 18 << 3


def text(raw: bytes) -> str:
    crc = 0
    for byte in raw:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return base64.b32encode(raw + crc.to_bytes(2, "little")).decode().rstrip("=")


def url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Key:
    def __init__(self, kind: str, name: str):
        self.raw = hashlib.sha256(f"tumar test {name}".encode()).digest()
        self.key = Ed25519PrivateKey.from_private_bytes(self.raw)
        public = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        self.id = text(bytes([KINDS[kind]]) + public)
        self.seed = text(bytes([SEED | KINDS[kind] >> 5, (KINDS[kind] & 31) << 3]) + self.raw)

    def sign(self, subject: "Key", name: str, nats: dict) -> str:
        claims = {"iat": 1_700_000_000, "iss": self.id, "name": name, "sub": subject.id}
        claims["jti"] = base64.b32encode(hashlib.sha256(json.dumps(nats).encode()).digest()).decode().rstrip("=")
        claims["nats"] = nats | {"version": 2}
        parts = [{"typ": "JWT", "alg": "ed25519-nkey"}, claims]
        signed = ".".join(url64(json.dumps(part).encode()) for part in parts)
        return f"{signed}.{url64(self.key.sign(signed.encode()))}"


operator, system, office, press = Key("O", "operator"), Key("A", "system"), Key("A", "office"), Key("U", "press")
limits = {key: -1 for key in ["subs", "data", "payload", "imports", "exports", "conn", "leaf"]}
stores = {key: -1 for key in ["mem_storage", "disk_storage", "streams", "consumer"]}
account = {"limits": limits | {"wildcards": True}, "default_permissions": {"pub": {}, "sub": {}}, "type": "account"}
user = {"pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1, "type": "user"}

with open("operator.conf", "w") as file:
    print("operator:", operator.sign(operator, "operator", {"type": "operator"}), file=file)
    print("system_account:", system.id, file=file)
    print("resolver: MEMORY\nresolver_preload {", file=file)
    print(f"  {system.id}:", operator.sign(system, "system", account), file=file)
    print(f"  {office.id}:", operator.sign(office, "office", account | {"limits": account["limits"] | stores}), file=file)
    print("}", file=file)
with open("press.creds", "w") as file:
    print("-----BEGIN NATS USER JWT-----", office.sign(press, "press", user), sep="\n", file=file)
    print("------END NATS USER JWT------\n", file=file)
    print("-----BEGIN USER NKEY SEED-----", press.seed, "------END USER NKEY SEED------", sep="\n", file=file)
