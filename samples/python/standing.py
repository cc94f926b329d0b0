"""How a document stands, from file and receipt alone: python3 standing.py FILE RECEIPT [SIZE ROOT]

Prints stands (exit 0), suspended, superseded, revoked, reissued, or none, with why (exit 1). Left out: the signatures and witnesses
of the receipt's checkpoint. Give SIZE and ROOT (base64) of one that you trust, or believe what is proven of the receipt's own."""
import base64, hashlib, hmac, json, sys

def sha(*parts): return hashlib.sha256(b"".join(parts)).digest()
def b64(text): return base64.b64decode(text, validate=True)
def refuse(why): sys.exit(f"refused: {why}")
def unique(pairs): return dict(pairs) if len(dict(pairs)) == len(pairs) else refuse("a member is there twice")
def read(text): return json.loads(text, object_pairs_hook=unique)

def root_of(node, index, size, path):  # RFC 9162, section 2.1.3.2
    last = size - 1
    if not 0 <= index < size or len(path) % 32: refuse("there is no such leaf, or half a hash")
    for sibling in (path[i:i + 32] for i in range(0, len(path), 32)):
        if last == 0: refuse("a path is too long")
        left = index % 2 == 1 or index == last
        node = sha(b"\1", sibling, node) if left else sha(b"\1", node, sibling)
        while left and index % 2 == 0 and index: index, last = index // 2, last // 2
        index, last = index // 2, last // 2
    return node if last == 0 else refuse("a path is too short")

def standing(file, receipt, size=None, root=None):
    head, _, note = receipt.partition("\n\n")
    header, extra, index, *path = head.split("\n")
    extra, index, lines = read(b64(extra.removeprefix("extra "))), int(index.removeprefix("index ")), note.split("\n")
    if header != "c2sp.org/tlog-proof@v1" or [lines[1], lines[2]] != [size or lines[1], root or lines[2]]: refuse("it is of another checkpoint")
    size, root, bytes_ = int(lines[1]), b64(lines[2]), b64(extra["entry"])
    entry, nonce = read(bytes_), bytes.fromhex(extra["opening"])
    if len(nonce) != 32 or entry["commitment"] != hmac.new(nonce, b"sha-256\0" + sha(file), "sha256").hexdigest(): refuse("it is not about this file")
    if root_of(sha(b"\0", bytes_), index, size, b"".join(map(b64, path))) != root: refuse("its entry is not in the log")
    if (status := extra.get("status")) is None or entry["act"] != "issue":
        return "none: it proves what was done, not how it stands" if status is None else refuse("an act has no status")
    last, page = b64(status["entry"]), b64(status["page"])
    if root_of(sha(b"\0", last), size - 1, size, b64(status["path"])) != root: refuse("that is not the log's last entry")
    says, covers = read(last), size - 1
    if says["act"] != "status" or says["covers"] != covers or len(page) != 64 or not 0 < says.get("from", 1) <= covers: refuse("that is no status")
    if root_of(sha(b"\0", page), index // 128, -(-covers // 128), b64(status["pagePath"])).hex() != says["root"]: refuse("that page is not the log's")
    if index < says.get("from", 0): return "none: the log kept no status yet"
    code = page[index % 128 // 2] >> 4 * (index % 2) & 15
    return ["stands", "suspended", "superseded", "revoked", "reissued"][code] if code < 5 else f"none: {code} is of a later version"

if __name__ == "__main__":
    try: answer = standing(open(sys.argv[1], "rb").read(), open(sys.argv[2], encoding="utf-8", newline="").read(), *sys.argv[3:])
    except (ValueError, KeyError, IndexError, TypeError) as error: refuse(f"it is malformed ({error})")
    print(answer)
    sys.exit(answer != "stands")
