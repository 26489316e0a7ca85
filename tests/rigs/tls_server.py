"""Serve one page over TLS, with a chain and key from PEM files; run as a program so that it can live in a namespace."""

import http.server
import ssl
import sys


class Page(http.server.BaseHTTPRequestHandler):
    """Answers every GET with a page whose title tests look for."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>device says hello</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class QuietServer(http.server.ThreadingHTTPServer):
    """A server that takes a refused handshake for what it is: the point of the test."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


def main(address: str, port: str, chain: str, key: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    server = QuietServer((address, int(port)), Page)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
