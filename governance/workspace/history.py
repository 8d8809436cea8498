"""What stood in production and under which decision, for one session."""

from __future__ import annotations

from governance.errors import InvalidInput, NotFound
from governance.ledger.entry import Entry
from governance.lineage import history
from governance.workspace.session import Session
from governance.workspace.views import InProduction


class History:
    """Deployments and decisions over time."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def as_of(
        self, time: str | None = None, *, target: str | None = None, model: str | None = None
    ) -> list[InProduction]:
        """Return what stood where at an instant (now by default), and why."""
        return history.as_of(self._session.ledger, self._session.projection, time, target=target, model=model)

    def deployments(self, model: str | None = None) -> list[InProduction]:
        """Return every deployment, oldest first."""
        return history.deployments(self._session.ledger, self._session.projection, model)

    def deployment(self, subject: str) -> InProduction:
        """Return one deployment.

        Raises:
            NotFound: it was never made.
        """
        name = subject.removeprefix("deployment:").partition("/")[0]
        for one in self.deployments(name):
            if one.deployment == subject:
                return one
        raise NotFound(f"There is no {subject} in this ledger.", remedy="See what is deployed: govern as-of.")

    def decisions_about(self, model: str) -> list[Entry]:
        """Return the verdicts on a model, oldest first, with their bodies."""
        if not model.startswith("model:"):
            raise InvalidInput(f"'{model}' is no model.", remedy="The gate judges models: model:NAME@VERSION.")
        edges = self._session.projection.edges_to(model, relation="decides")
        seqs = sorted({edge.seq for edge in edges})
        return [self._session.ledger.entry(seq, body=True) for seq in seqs]
