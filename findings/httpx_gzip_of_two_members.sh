#!/bin/sh
# Package:   httpx 0.28.1, Python 3.11
# Seen:      2026-11-28
# Behaviour: a gzip body may have several members (RFC 1952, 2.2: "a gzip file consists of a series of members"), and
#            Python's own gzip module joins them. httpx returns what the first member holds, with status 200 and without
#            an error; the rest of the answer is dropped.
# For us:    a proxy that compresses in pieces would turn a list of items into its beginning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'httpx==0.28.1' 2>"$folder/pip.log" ||
    { cat "$folder/pip.log"; exit 1; }
cat >"$folder/seen.py" <<'PYTHON'
import gzip
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx

BODY = gzip.compress(b"one,") + gzip.compress(b"two")


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
print("gzip :", gzip.decompress(BODY))
answer = httpx.get(f"http://127.0.0.1:{server.server_port}/", trust_env=False)
print("httpx:", answer.status_code, answer.content)
PYTHON
cat >"$folder/expected" <<'TEXT'
gzip : b'one,two'
httpx: 200 b'one,'
TEXT
"$folder/venv/bin/python" "$folder/seen.py" | tee "$folder/seen"
diff "$folder/expected" "$folder/seen"
