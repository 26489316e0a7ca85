"""Choose what the Devices page says of the network: the worst finding that is not over and was not dismissed; pure."""

from dataclasses import dataclass

from core.model.network_finding import Findings, NetworkFinding, Weight
from core.model.network_words import evidence_lines, mend, sentence
from gui.i18n import tr
from gui.messages import language
from gui.theme.tokens import Tone

MOST = 200
_ORDER = {Weight.ALARM: 0, Weight.NOTICE: 1}


@dataclass(frozen=True, slots=True)
class Note:
    """A title and a text for people, with how bad it is."""

    tone: Tone
    title: str
    text: str
    more: int


class NetworkNotes:
    """The findings that are to be shown; hints are not, the command line has them."""

    def __init__(self) -> None:
        self._findings = Findings(MOST)

    def take(self, finding: NetworkFinding) -> None:
        """Take a finding in, or out where it is over."""
        if finding.over or finding.weight in _ORDER:
            self._findings.take(finding)

    def dismiss(self) -> None:
        """Forget the finding that is shown."""
        worst = self._worst()
        if worst is not None:
            self._findings.drop(worst)

    def note(self) -> Note | None:
        """Return what to say; None where there is nothing."""
        worst = self._worst()
        if worst is None:
            return None
        tone = Tone.BAD if worst.weight is Weight.ALARM else Tone.WARN
        text = "\n".join((mend(worst, language()), *evidence_lines(worst, tr)[:4]))
        title = sentence(worst, language())
        more = len(self._findings.all()) - 1
        if more:
            title += " " + tr("(%1 more)").replace("%1", str(more))
        return Note(tone, title, text, more)

    def _worst(self) -> NetworkFinding | None:
        """Return the worst finding, the newest of equals."""
        newest_first = reversed(self._findings.all())
        return min(newest_first, key=lambda f: _ORDER[f.weight], default=None)
