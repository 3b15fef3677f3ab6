"""The API: every verb as JSON under ``/api/v1``, described by OpenAPI.

One idea: an answer is the ``to_dict()`` of the same result that the command line prints with
``--json``, so both are equal to the last digit. Refusals are JSON too, with the field that caused
them. No arithmetic.
"""
