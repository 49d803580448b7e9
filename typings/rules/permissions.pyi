from rules import Predicate

class RuleSet(dict[str, Predicate]): ...

permissions: RuleSet

class ObjectPermissionBackend:
    def has_perm(self, user: object, perm: str, obj: object = ...) -> bool: ...
