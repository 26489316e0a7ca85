"""Service types that are asked for first; pure."""

COMMON_TYPES = tuple(f"_{name}.local." for name in (
    "http._tcp", "https._tcp", "ipp._tcp", "ipps._tcp", "printer._tcp", "pdl-datastream._tcp", "uscan._tcp", "ssh._tcp",
    "sftp-ssh._tcp", "smb._tcp", "workstation._tcp", "mqtt._tcp", "secure-mqtt._tcp", "opcua-tcp._tcp", "modbus._tcp",
    "coap._udp", "hap._tcp", "matter._tcp", "matterc._udp", "esphomelib._tcp", "shelly._tcp", "arduino._tcp",
    "googlecast._tcp", "airplay._tcp", "raop._tcp", "axis-video._tcp", "rtsp._tcp", "rfb._tcp", "lxi._tcp",
    "hislip._tcp",
))  # fmt: skip
