"""What service types are: words, kind of device, whether their port speaks TLS, what their TXT keys mean; pure data.

Sources: the IANA service name registry for the names and defined keys; Bonjour Printing 1.2.1; OPC 10000-12 Annex C;
the Matter and HomeKit accessory specifications as their open implementations use them; vendors' documentation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.model.device import Service, TxtValue


@dataclass(frozen=True, slots=True)
class ServiceType:
    """One type. `kind` is the sort of device it speaks for ("" where any may have it), `rank` how much it says."""

    words: str
    kind: str = ""
    rank: int = 0
    port: int = 0
    tls: bool = False
    scheme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    vendor: str = ""


_PRINTER = {
    "ty": "Model", "product": "Product", "pdl": "Formats", "note": "Place", "adminurl": "Settings page", "rp": "Queue",
    "usb_mfg": "Maker", "usb_mdl": "Model", "uuid": "UUID", "color": "Colour", "duplex": "Two-sided",
    "tls": "TLS version",
    "qtotal": "Queues", "priority": "Priority", "air": "Sign-in", "urf": "Raster formats",
    "txtvers": "Version of this text",
}  # fmt: skip
_LXI = {
    "manufacturer": "Maker", "model": "Model", "serialnumber": "Serial number", "firmwareversion": "Firmware",
    "txtvers": "Version of this text",
}  # fmt: skip
_WEB = {"path": "Path", "u": "User name (sent in the clear)", "p": "Password (sent in the clear)"}
_HAP = {
    "id": "Device id", "md": "Model", "ci": "Category", "c#": "Configuration", "s#": "State number", "ff": "Features",
    "sf": "Pairing", "pv": "Protocol", "sh": "Setup hash",
}  # fmt: skip
_MATTER = {
    "d": "Discriminator", "vp": "Vendor and product", "cm": "Commissioning", "dt": "Device type", "dn": "Device name",
    "ri": "Rotating id", "ph": "Pairing hint", "pi": "Pairing instruction", "sii": "Idle interval",
    "sai": "Active interval", "sat": "Active threshold", "t": "TCP", "icd": "Sleeps",
}  # fmt: skip
_ESPHOME = {
    "version": "ESPHome", "platform": "Chip", "board": "Board", "network": "Network", "mac": "MAC address",
    "friendly_name": "Name", "project_name": "Project", "project_version": "Firmware", "api_encryption": "Encryption",
}  # fmt: skip
_CAST = {
    "id": "Device id",
    "md": "Model",
    "fn": "Name",
    "ve": "Version",
    "ca": "Capabilities",
    "st": "State",
    "rs": "Runs",
}
_AIRPLAY = {
    "deviceid": "MAC address", "model": "Model", "srcvers": "Version", "features": "Features", "flags": "State",
    "pk": "Public key", "am": "Model", "ov": "System",
}  # fmt: skip
_THREAD = {
    "nn": "Network", "xp": "Extended PAN id", "at": "Active timestamp", "sb": "State", "rv": "Version", "tv": "Thread",
    "vn": "Maker", "mn": "Model",
}  # fmt: skip
_OPC_UA = {"path": "Path", "caps": "Capabilities"}
_NMOS = {"api_proto": "Protocol", "api_ver": "Versions", "api_auth": "Sign-in", "pri": "Priority"}
_ARDUINO = {
    "board": "Board",
    "auth_upload": "Upload needs a password",
    "tcp_check": "TCP check",
    "ssh_upload": "SSH upload",
}

CATALOGUE: Mapping[str, ServiceType] = {
    "_http._tcp": ServiceType(
        "Web page", scheme="http", port=80, keys=_WEB | {"gen": "Generation", "app": "Model", "ver": "Firmware"}
    ),
    "_https._tcp": ServiceType("Web page, encrypted", scheme="https", port=443, tls=True, keys=_WEB),
    "_webdav._tcp": ServiceType("Files over the web", "storage", 2, 80, keys=_WEB),
    "_webdavs._tcp": ServiceType("Files over the web, encrypted", "storage", 2, 443, tls=True, keys=_WEB),
    "_ipp._tcp": ServiceType("Printing", "printer", 8, 631, keys=_PRINTER),
    "_ipps._tcp": ServiceType("Printing, encrypted", "printer", 8, 631, tls=True, keys=_PRINTER),
    "_printer._tcp": ServiceType("Printing (LPD)", "printer", 7, 515, keys=_PRINTER),
    "_pdl-datastream._tcp": ServiceType("Printing (raw)", "printer", 7, 9100, keys=_PRINTER),
    "_uscan._tcp": ServiceType("Scanning", "printer", 6, 80, keys=_PRINTER),
    "_uscans._tcp": ServiceType("Scanning, encrypted", "printer", 6, 443, tls=True, keys=_PRINTER),
    "_scanner._tcp": ServiceType("Scanning", "printer", 6, keys=_PRINTER),
    "_ssh._tcp": ServiceType("Terminal (SSH)", "computer", 3, 22, scheme="ssh"),
    "_sftp-ssh._tcp": ServiceType("Files over SSH", "computer", 3, 22, scheme="sftp", keys=_WEB),
    "_telnet._tcp": ServiceType("Terminal, not encrypted", "", 0, 23, scheme="telnet"),
    "_ftp._tcp": ServiceType("Files (FTP)", "", 0, 21, scheme="ftp", keys=_WEB),
    "_smb._tcp": ServiceType("Shared folders", "computer", 4, 445, scheme="smb"),
    "_afpovertcp._tcp": ServiceType("Shared folders (AFP)", "storage", 4, 548, scheme="afp"),
    "_nfs._tcp": ServiceType("Shared folders (NFS)", "storage", 4, 2049, keys={"path": "Path"}),
    "_adisk._tcp": ServiceType("Backup disk", "storage", 5, 9, keys={"sys": "System", "dk0": "Disk"}),
    "_rfb._tcp": ServiceType("Screen sharing (VNC)", "computer", 4, 5900, scheme="vnc"),
    "_workstation._tcp": ServiceType("Computer", "computer", 4, 9),
    "_device-info._tcp": ServiceType("Description of the device", keys={"model": "Model", "osxvers": "macOS"}),
    "_mqtt._tcp": ServiceType("Message broker (MQTT)", "broker", 5, 1883),
    "_secure-mqtt._tcp": ServiceType("Message broker (MQTT), encrypted", "broker", 5, 8883, tls=True),
    "_amqp._tcp": ServiceType("Message broker (AMQP)", "broker", 5, 5672),
    "_coap._udp": ServiceType("Constrained device (CoAP)", "sensor", 2, 5683),
    "_coaps._udp": ServiceType("Constrained device (CoAP), encrypted", "sensor", 2, 5684, tls=True),
    "_opcua-tcp._tcp": ServiceType("OPC UA server", "controller", 7, 4840, keys=_OPC_UA),
    "_opcua-tls._tcp": ServiceType("OPC UA server, encrypted", "controller", 7, 4843, tls=True, keys=_OPC_UA),
    "_opcua-https._tcp": ServiceType("OPC UA over HTTPS", "controller", 7, 443, tls=True, keys=_OPC_UA),
    "_modbus._tcp": ServiceType("Modbus", "controller", 6, 502),
    "_bacnet._udp": ServiceType("BACnet", "controller", 6, 47808),
    "_knx._udp": ServiceType("KNX gateway", "controller", 6, 3671),
    "_lxi._tcp": ServiceType("Instrument (LXI)", "instrument", 9, 80, keys=_LXI),
    "_vxi-11._tcp": ServiceType("Instrument (VXI-11)", "instrument", 9, 111, keys=_LXI),
    "_scpi-raw._tcp": ServiceType("Instrument (SCPI)", "instrument", 9, 5025, keys=_LXI),
    "_scpi-telnet._tcp": ServiceType("Instrument (SCPI, Telnet)", "instrument", 9, 5024, keys=_LXI),
    "_hislip._tcp": ServiceType("Instrument (HiSLIP)", "instrument", 9, 4880, keys=_LXI),
    "_hap._tcp": ServiceType("HomeKit accessory", "home", 5, keys=_HAP),
    "_hap._udp": ServiceType("HomeKit accessory (Thread)", "home", 5, keys=_HAP),
    "_homekit._tcp": ServiceType("HomeKit hub", "home", 4),
    "_matter._tcp": ServiceType("Matter device", "home", 5, 5540, keys=_MATTER),
    "_matterc._udp": ServiceType("Matter device, to be set up", "home", 5, 5540, keys=_MATTER),
    "_matterd._udp": ServiceType("Matter controller", "home", 5, keys=_MATTER),
    "_meshcop._udp": ServiceType("Thread border router", "router", 5, 49191, keys=_THREAD),
    "_trel._udp": ServiceType("Thread over Ethernet", "router", 3, keys=_THREAD),
    "_esphomelib._tcp": ServiceType("ESPHome device", "sensor", 6, 6053, keys=_ESPHOME, vendor="ESPHome"),
    "_shelly._tcp": ServiceType(
        "Shelly device", "home", 6, 80, keys={"gen": "Generation", "app": "Model", "ver": "Firmware"}, vendor="Shelly"
    ),
    "_arduino._tcp": ServiceType("Firmware upload (Arduino)", "sensor", 4, 8266, keys=_ARDUINO),
    "_wled._tcp": ServiceType("WLED light", "home", 6, 80, keys={"mac": "MAC address"}, vendor="WLED"),
    "_hue._tcp": ServiceType(
        "Hue bridge", "home", 7, 443, keys={"bridgeid": "Bridge id", "modelid": "Model"}, vendor="Philips Hue"
    ),
    "_home-assistant._tcp": ServiceType("Home Assistant", "home", 7, 8123, keys={
        "base_url": "Address", "internal_url": "Inner address", "external_url": "Outer address", "version": "Version",
        "uuid": "UUID", "location_name": "Name",
    }),
    "_octoprint._tcp": ServiceType(
        "3D printer (OctoPrint)", "machine", 8, 80,
        keys={"path": "Path", "api": "API", "version": "Version", "model": "Model", "vendor": "Maker"},
    ),
    "_moonraker._tcp": ServiceType("3D printer (Klipper)", "machine", 8, 7125),
    "_googlecast._tcp": ServiceType("Cast receiver", "screen", 7, 8009, keys=_CAST),
    "_androidtvremote2._tcp": ServiceType("Android TV", "screen", 6, 6466),
    "_airplay._tcp": ServiceType("AirPlay receiver", "screen", 6, 7000, keys=_AIRPLAY),
    "_raop._tcp": ServiceType("AirPlay speaker", "speaker", 5, 7000, keys=_AIRPLAY),
    "_companion-link._tcp": ServiceType("Apple companion", "computer", 2, keys=_AIRPLAY),
    "_sonos._tcp": ServiceType("Sonos speaker", "speaker", 7, 1443, vendor="Sonos"),
    "_spotify-connect._tcp": ServiceType("Spotify Connect", "speaker", 4),
    "_mpd._tcp": ServiceType("Music player (MPD)", "speaker", 4, 6600),
    "_daap._tcp": ServiceType("Music library", "speaker", 3, 3689),
    "_rtsp._tcp": ServiceType("Video stream", "camera", 7, 554, scheme="rtsp", keys={"path": "Path"}),
    "_axis-video._tcp": ServiceType("Axis camera", "camera", 9, 80, keys={"macaddress": "MAC address"}, vendor="Axis"),
    "_onvif._tcp": ServiceType("Camera (ONVIF)", "camera", 8, 80),
    "_psia._tcp": ServiceType("Camera (PSIA)", "camera", 8, 80),
    "_nmos-node._tcp": ServiceType("Media node (NMOS)", "media", 7, keys=_NMOS),
    "_nmos-register._tcp": ServiceType("Media registry (NMOS)", "media", 7, keys=_NMOS),
    "_ndi._tcp": ServiceType("Video over IP (NDI)", "media", 7),
    "_ptp._udp": ServiceType("Precision time (PTP)", "clock", 5, 319),
    "_ntp._udp": ServiceType("Time (NTP)", "clock", 5, 123),
    "_snmp._udp": ServiceType("Management (SNMP)", "", 0, 161),
    "_ldap._tcp": ServiceType("Directory (LDAP)", "computer", 3, 389),
    "_postgresql._tcp": ServiceType("Database (PostgreSQL)", "computer", 3, 5432),
    "_prometheus-http._tcp": ServiceType(
        "Measurements (Prometheus)", "", 0, 9090, scheme="http", keys={"path": "Path"}
    ),
    "_presence._tcp": ServiceType("Chat", "computer", 2, 5298),
    "_sleep-proxy._udp": ServiceType("Sleep proxy: answers for sleeping computers", "router", 2),
    "_airport._tcp": ServiceType("AirPort base station", "router", 7, 5009, vendor="Apple"),
    "_apple-mobdev2._tcp": ServiceType("iPhone or iPad", "phone", 6, vendor="Apple"),
    "_rdlink._tcp": ServiceType("Apple device link", "", 0, vendor="Apple"),
}  # fmt: skip


def meaning(service_type: str, key: str) -> str:
    """Return what a TXT key of a type means, "" where nobody knows; keys are compared without case."""
    known = CATALOGUE.get(service_type)
    return known.keys.get(key.lower(), "") if known is not None else ""


def words_for(service_type: str, told: Callable[[str], str] = str) -> str:
    """Return a type in words, which `told` may translate, or its bare name."""
    known = CATALOGUE.get(service_type)
    return told(known.words) if known is not None else service_type.partition(".")[0].removeprefix("_")


def decoded(service: Service, told: Callable[[str], str] = str) -> tuple[tuple[str, str, str], ...]:
    """Return a service's TXT as (key as sent, meaning or "", value for people), in the order sent.

    `told` may translate what the catalogue says; it never gets what the device said.
    """
    return tuple(
        (key, told(meaning(service.type, key)), value_words(service.type, key, value, told))
        for key, value in service.txt
    )


def value_words(service_type: str, key: str, value: TxtValue, told: Callable[[str], str] = str) -> str:
    """Return a TXT value for people: text as sent, octets as hex, codes in words where they are known."""
    if value is None:
        return "present"
    if isinstance(value, bytes):
        return value.hex(" ")
    table = _CODES.get((service_type.partition("._")[0], key.lower()))
    known = table.get(value) if table is not None else None
    return f"{value} ({told(known)})" if known else value


_HAP_CATEGORIES = {
    "1": "other", "2": "bridge", "3": "fan", "4": "garage door", "5": "light", "6": "lock", "7": "outlet",
    "8": "switch",
    "9": "thermostat", "10": "sensor", "11": "alarm", "12": "door", "13": "window", "14": "blind",
    "15": "programmable switch", "17": "camera", "18": "doorbell", "19": "air purifier", "20": "heater",
    "21": "air conditioner", "22": "humidifier", "23": "dehumidifier", "28": "sprinkler", "29": "faucet",
    "30": "shower",
    "31": "television", "32": "remote control", "33": "router",
}  # fmt: skip
_CODES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("_hap", "ci"): _HAP_CATEGORIES,
    ("_hap", "sf"): {"0": "paired", "1": "not paired"},
    ("_matterc", "cm"): {"0": "not being set up", "1": "open, standard", "2": "open, enhanced"},
    ("_googlecast", "st"): {"0": "idle", "1": "in use"},
    ("_arduino", "auth_upload"): {"yes": "password wanted", "no": "anyone may upload"},
    ("_ipp", "color"): {"T": "yes", "F": "no"}, ("_ipps", "color"): {"T": "yes", "F": "no"},
    ("_ipp", "duplex"): {"T": "yes", "F": "no"}, ("_ipps", "duplex"): {"T": "yes", "F": "no"},
}  # fmt: skip
