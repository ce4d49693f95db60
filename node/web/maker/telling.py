"""What the node's pages say of a certificate: verdict, checks, figure and opinions.

The one fact: the words are the certificate page's own (`exchange.report`), so that both say the same of the same file.
"""

from __future__ import annotations

import hashlib
from typing import Any

from exchange.report.content import Wording, make_content, make_verification
from exchange.report.summary import list_verifications
from exchange.report.telling import find_verdict, looks_like_certificate, tell_beside, tell_checks
from exchange.report.words import OUTSIDE
from node.maker.opinions import list_lacking, subject_of
from node.maker.own_requests import find_request
from node.maker.resulting import SavedCertificate, verify_own
from node.organisation import Node
from protocol.bundle import parse_bundle
from protocol.certificate import Report
from web.visits import Visit


def tell_certificate(visit: Visit, node: Node, data: bytes, name: str) -> dict[str, Any]:
    """What checks_part.html and certificate_part.html show of a file, checked now under this node's pins.

    Of a file that is no certificate at all `other_file` says so, and nothing else is told. A part of the result's page
    has neither `content` nor `lacking`: figure and opinions stand on that page.
    """
    say = _wording(visit)
    if not looks_like_certificate(data):
        return {"other_file": say.label("not_certificate", file=name), "holds": False}
    report = verify_own(node, data)
    beside = tell_beside(report)
    request = "" if report.bundle is None else report.bundle.request
    checks = [
        {
            "number": check["number"],
            "status": check["status"],
            "counts": check["counts"],
            "title": say.said(check["title"]),
            "said": say.said(check["said"]),
            "meaning": check["meaning"] and say.said(check["meaning"]),
            "named": check["named"] and say.said(check["named"]),
            "detail": check["detail"],
        }
        for check in tell_checks(report)
    ]
    return {
        "other_file": "",
        "sha256": hashlib.sha256(data).hexdigest(),
        "request": request,
        "is_public": report.redacted,
        "is_own": find_request(node, request) is not None,
        "lacking": [] if visit.is_part else _tell_lacking(say, node, report),
        "verdict": say.said(find_verdict(report)),
        "beside": "" if beside is None else say.said(beside),
        "holds": report.is_good,
        "checks": checks,
        "next": "" if report.is_good else say.label("bad_next"),
        "means": say.label("means"),
        "found": say.label("found"),
        "outside": say.said(OUTSIDE),
        "content": None if visit.is_part else make_content(report, data, say.language),
    }


def tell_opinions(visit: Visit, saved: SavedCertificate) -> list[dict[str, Any]]:
    """What verifiers said in a stored certificate that holds."""
    say = _wording(visit)
    statements = [item.logged for item in parse_bundle(saved.bundle).statements]
    return [make_verification(one, say) for one in list_verifications(statements)]


def _tell_lacking(say: Wording, node: Node, report: Report) -> list[dict[str, Any]]:
    """What verifiers said, as this node knows, and a file that holds leaves out."""
    if report.bundle is None or not report.is_good:
        return []
    lacking = list_lacking(node, report.bundle)
    held = [item.logged for item in report.bundle.statements if item.logged.payload.type != "verification"]
    # A public form holds neither the declarations nor their owners.
    subjects = node.record.genuine(sorted({subject_of(one) for one in lacking}))
    signers = node.record.genuine(sorted({one.payload.by for one in (*subjects, *lacking)}))
    told = list_verifications([*held, *subjects, *signers, *lacking])
    return [make_verification(one, say) for one in told]


def opinion_labels(visit: Visit) -> dict[str, str]:
    """The heading above opinions, and what stands there when there is none."""
    say = _wording(visit)
    return {name: say.label(name) for name in ("verification", "no_verification")}


def _wording(visit: Visit) -> Wording:
    return Wording("zh" if visit.language == "zh" else "en")
