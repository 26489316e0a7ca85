"""Serve many chains, each on a port of its own: reads `port chain key` lines, prints what it could not load."""

import asyncio
import json
import ssl
import sys

PAGE = b"<!doctype html><title>device says hello</title>"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(PAGE) + PAGE
)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        pass  # a refused handshake is the point of the test
    finally:
        writer.close()


async def main() -> None:
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    refused: dict[int, str] = {}
    for line in sys.stdin:
        port, chain, key = line.split()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        try:
            context.load_cert_chain(chain, key)
        except ssl.SSLError as error:
            refused[int(port)] = str(error)
            continue
        for address in ("127.0.0.1", "::1"):
            await asyncio.start_server(answer, address, int(port), ssl=context)
    sys.stdout.write(json.dumps(refused) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
