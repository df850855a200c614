"""What a project rules about its references: typed files, and readers without mercy.

Start with `approvals`. A reader refuses a key that it does not know, since a misspelt
rule is no rule. Nothing here is loaded before it is needed.
"""
