"""The sample floor's devices: invented names, each in a state that real floors show; data only."""

from dataclasses import dataclass
from enum import Enum


class Shows(Enum):
    """What a sample device presents on its TLS port."""

    TRUSTED = "trusted"
    EXPIRES_SOON = "expires soon"
    EXPIRED = "expired"
    WRONG_NAME = "wrong name"
    SELF_SIGNED = "self-signed"
    FOREIGN_CA = "foreign CA"
    LEAF_ONLY = "no intermediate"
    PLAIN_HTTP = "plain HTTP"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class SampleDevice:
    """One device: label for the host, name for people, what it shows, its TXT; `restless` ones come and go."""

    label: str
    name: str
    shows: Shows
    type: str = "_https._tcp"
    more_types: tuple[str, ...] = ()
    txt: tuple[tuple[str, str], ...] = ()
    restless: bool = False


DEVICES = (
    SampleDevice("boiler-gw", "Boiler gateway", Shows.TRUSTED, txt=(("model", "BG-200"), ("fw", "3.1.4"))),
    SampleDevice("coldroom-3", "Cold room sensor 3", Shows.EXPIRES_SOON, txt=(("model", "CRS"), ("rooms", "3"))),
    SampleDevice("esp32-cam-7f21", "Front door camera", Shows.TRUSTED, "_http._tcp", ("_rtsp._tcp",)),
    SampleDevice("hvac-main", "HVAC controller", Shows.WRONG_NAME, txt=(("path", "/panel"),)),
    SampleDevice("label-5c", "Label printer", Shows.SELF_SIGNED, "_ipps._tcp", ("_ipp._tcp",), (("ty", "Label 5c"),)),
    SampleDevice("lock-bay2", "Loading bay lock", Shows.TRUSTED, restless=True),
    SampleDevice("mediawall", "Media wall", Shows.FOREIGN_CA),
    SampleDevice("meter-bridge", "Meter bridge", Shows.EXPIRED, "_https._tcp", ("_mqtt._tcp",)),
    SampleDevice("plug-b4", "Plug, bench 4", Shows.PLAIN_HTTP, "_http._tcp", txt=(("gen", "3"),)),
    SampleDevice("recorder", "Recorder", Shows.TRUSTED, "_https._tcp", ("_rtsp._tcp", "_ssh._tcp")),
    SampleDevice("nas-staging", "Staging NAS", Shows.LEAF_ONLY, "_https._tcp", ("_smb._tcp",)),
    SampleDevice("router", "Site router", Shows.TRUSTED, "_https._tcp", ("_ssh._tcp",)),
    SampleDevice("scale-2", "Floor scale 2", Shows.SILENT),
    SampleDevice("tannoy", "Tannoy", Shows.PLAIN_HTTP, "_http._tcp", ("_raop._tcp",)),
)
SITE_NAME = "Workshop"
