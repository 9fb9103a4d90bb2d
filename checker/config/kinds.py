"""The kinds of probe and responder there are: a module's name is its kind, and nothing is registered."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

from pydantic import BaseModel, SecretStr

import checker.responders
import probes
from checker.responders.contract import ResponderSettings
from probes.contract import ByHand, Probe, ProbeParams, Reason

CONTROL = "control"  # the one kind that `controls` are of


@dataclass(frozen=True, slots=True)
class ProbeKind:
    """A module of `probes`: its `Params`, its `probe`, and what else it says, if it does."""

    params: type[ProbeParams]
    probe: Probe
    reasons: Mapping[Reason, str] | None = None
    by_hand: ByHand | None = None


@dataclass(frozen=True, slots=True)
class ResponderKind:
    """A module of `checker.responders`: its `Settings` and its `Responder`."""

    settings: type[ResponderSettings]
    responder: Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What config may name."""

    probes: Mapping[str, ProbeKind]
    responders: Mapping[str, ResponderKind]

    def secret_keys(self) -> set[str]:
        """Every key of theirs that holds a secret, to be masked wherever a line is shown."""
        models: list[type[BaseModel]] = [kind.params for kind in self.probes.values()]
        models += [kind.settings for kind in self.responders.values()]
        return {
            name
            for model in models
            for name, field in model.model_fields.items()
            if field.annotation in (SecretStr, SecretStr | None)
        }


def installed() -> Kinds:
    """The kinds that are there to be imported. A module without both of its names is no kind."""
    return Kinds(
        probes={
            name: ProbeKind(
                module.Params,
                module.probe,
                getattr(module, "REASONS", None),
                getattr(module, "by_hand", None),
            )
            for name, module in _modules(probes, "Params", "probe")
        },
        responders={
            name: ResponderKind(module.Settings, module.Responder)
            for name, module in _modules(checker.responders, "Settings", "Responder")
        },
    )


def _modules(package: ModuleType, *names: str) -> Iterator[tuple[str, Any]]:
    """The package's modules that define all of `names` themselves: an imported one does not count."""
    for found in pkgutil.iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{found.name}")
        homes = [getattr(getattr(module, name, None), "__module__", "") for name in names]
        if all(home.startswith(module.__name__) for home in homes):
            yield found.name, module
