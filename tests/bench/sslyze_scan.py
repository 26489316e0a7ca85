"""Scan many ports by sslyze's certificate_info, run by sslyze's own environment: FIRST_PORT COUNT."""

import sys

from sslyze import Scanner, ServerNetworkLocation, ServerScanRequest, ServerScanStatusEnum
from sslyze.plugins.scan_commands import ScanCommand


def main(first: int, count: int) -> None:
    scanner = Scanner(concurrent_server_scans_limit=50)
    scanner.queue_scans(
        [
            ServerScanRequest(
                server_location=ServerNetworkLocation("dev.local", port, ip_address="127.0.0.1"),
                scan_commands={ScanCommand.CERTIFICATE_INFO},
            )
            for port in range(first, first + count)
        ]
    )
    done = sum(result.scan_status is ServerScanStatusEnum.COMPLETED for result in scanner.get_results())
    sys.stdout.write(f"{done}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
