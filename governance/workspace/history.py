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
        ledger, projection = self._session.ledger, self._session.projection
        return history.as_of(ledger, projection, time, target=target, model=model, names=self._name)

    def deployments(self, model: str | None = None) -> list[InProduction]:
        """Return every deployment, oldest first."""
        return history.deployments(self._session.ledger, self._session.projection, model, names=self._name)

    def deployment(self, subject: str) -> InProduction:
        """Return one deployment.

        Raises:
            NotFound: it was never made.
        """
        found = history.deployment(self._session.ledger, self._session.projection, subject, names=self._name)
        if found is None:
            raise NotFound(
                f"There is no {subject} in this ledger.", remedy="See what is deployed: govern as-of."
            )
        return found

    def decisions_about(self, model: str) -> list[Entry]:
        """Return the verdicts on a model, oldest first, with their bodies."""
        if not model.startswith("model:"):
            raise InvalidInput(
                f"'{model}' is no model.", remedy="The gate judges models: model:NAME@VERSION."
            )
        edges = self._session.projection.edges_to(model, relation="decides")
        seqs = sorted({edge.seq for edge in edges})
        return [self._session.ledger.entry(seq, body=True) for seq in seqs]

    def _name(self, actor: str) -> str | None:
        return self._session.people.directory().name(actor)
