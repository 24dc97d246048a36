"""Conformance of an X-Ray endpoint, from outside: `python -m tests.conformance --endpoint URL`.

Each behaviour is one function that calls the endpoint through an AWS SDK and looks at the answer. The report is a
table of behaviours by operation. It knows nothing of the server: Tomograph, AWS itself, or a mock.
"""
