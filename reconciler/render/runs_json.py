"""Past runs as JSON: one line a run, with every field that it changed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from reconciler.model.history import PastChange, PastRun, Person


def runs_json(runs: Iterable[PastRun]) -> str:
    """Return one line a run."""
    return "".join(f"{json.dumps(run_object(run), ensure_ascii=False)}\n" for run in runs)


def run_object(run: PastRun) -> dict[str, Any]:
    """Return a run; `lacks` names what the journal of an older version does not hold."""
    return {
        "run": run.id,
        "begun": run.begun.isoformat(),
        "ended": run.ended.isoformat() if run.ended else None,
        "seconds": run.seconds,
        "time_zone": run.zone.key,
        "commit": run.commit,
        "digest": run.digest,
        "puts": run.puts,
        "outcomes": {word.replace(" ", ""): number for word, number in run.counts.items()},
        "stopped": run.stopped,
        "host": run.host,
        "space": run.space,
        "space_key": run.space_key,
        "by": person_object(run.by),
        "user": person_object(run.user),
        "actor": person_object(run.actor),
        "author": person_object(run.author),
        "pull": run.pull,
        "pull_url": run.pull_url,
        "run_url": run.run_url,
        "last_hash": run.last_hash,
        "file": run.file,
        "lacks": list(run.lacks),
        "fields": run.fields,
        "changes": [change_object(one) for one in run.changes],
    }


def person_object(person: Person) -> dict[str, str] | None:
    """Return what is known of a person; null if that is nothing."""
    return {"key": person.key, "name": person.name, "email": person.email} if person else None


def change_object(one: PastChange) -> dict[str, Any]:
    """Return one field; labels are null in a journal without them, values where nothing was sent."""
    return {
        "at": one.at.isoformat() if one.at else None,
        "type": one.ref.type_key,
        "id": one.ref.id,
        "title": one.title,
        "key": one.key,
        "name": one.name or None,
        "before": one.before,
        "after": one.after,
        "before_label": one.before_label,
        "after_label": one.after_label,
        "added": list(one.added),
        "removed": list(one.removed),
        "outcome": one.result.replace(" ", ""),
        "reason": one.reason or None,
        "sent": one.sent,
        "place": one.place or None,
        "answer": one.answer or None,
        "log_id": one.log_id or None,
    }
