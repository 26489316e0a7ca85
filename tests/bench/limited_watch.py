"""`dotlocal` as it is, but with the receive buffer that a stock Linux grants, whatever this machine would."""

import sys

from core.cli.main import main
from core.discovery import sockets

STOCK = 212_992
"""net.core.rmem_max of a Linux that nobody tuned; the kernel doubles what is asked for."""

if __name__ == "__main__":
    sockets.WANTED_BUFFER = STOCK
    sys.exit(main(sys.argv[1:]))
