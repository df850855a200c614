"""What a workflow template must not do, as checks over parsed YAML.

A small lint of our own, so that it runs offline: permissions, pins, triggers, secrets,
and text of others that would reach a shell.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"0{40}|0{64}")
SHA = re.compile(r"[0-9a-f]{40}")
IMAGE = re.compile(r"[^@\s]+@sha256:[0-9a-f]{64}")
EXPRESSION = re.compile(r"\$\{\{")
DANGEROUS = {"pull_request_target", "workflow_run", "issue_comment", "pull_request"}


def github_problems(workflow: Mapping[Any, Any]) -> list[str]:
    """List what is wrong with a workflow for GitHub."""
    return [
        *_triggers(workflow),
        *_permissions(workflow),
        *(problem for job in workflow["jobs"].values() for problem in _job(job)),
    ]


def gitlab_problems(pipeline: Mapping[Any, Any]) -> list[str]:
    """List what is wrong with a pipeline for GitLab."""
    found = []
    for name, job in pipeline.items():
        if not IMAGE.fullmatch(str(job.get("image", ""))):
            found.append(f"{name}: the image is not pinned by digest")
        rules = [str(rule.get("if", "")) for rule in job.get("rules", [])]
        if not rules or not all('== "schedule"' in rule for rule in rules):
            found.append(f"{name}: it runs for more than a schedule")
    return found


def _triggers(workflow: Mapping[Any, Any]) -> Iterator[str]:
    # YAML 1.1 reads the key `on` as the truth value.
    for name in sorted(DANGEROUS & set(workflow.get(True, workflow.get("on", ())))):
        yield f"it runs on {name}, with code of others"


def _permissions(workflow: Mapping[Any, Any]) -> Iterator[str]:
    if workflow.get("permissions") != {}:
        yield "the workflow does not begin without permissions"
    for name, job in workflow["jobs"].items():
        for scope, level in (job.get("permissions") or {}).items():
            if level != "read":
                yield f"{name}: may {level} {scope}"


def _job(job: Mapping[Any, Any]) -> Iterator[str]:
    if "timeout-minutes" not in job:
        yield "a job has no time limit"
    for step in job["steps"]:
        yield from _step(step)


def _step(step: Mapping[Any, Any]) -> Iterator[str]:
    action, _, revision = str(step.get("uses", "")).partition("@")
    if action and not SHA.fullmatch(revision):
        yield f"{action} is pinned to {revision}, no commit"
    if "checkout" in action and step.get("with", {}).get("persist-credentials"):
        yield "the checkout keeps its token"
    if "checkout" in action and "persist-credentials" not in step.get("with", {}):
        yield "the checkout keeps its token"
    if EXPRESSION.search(str(step.get("run", ""))):
        yield "an expression is pasted into a shell"
    if "secrets." in str(step):
        yield "it uses a secret"
