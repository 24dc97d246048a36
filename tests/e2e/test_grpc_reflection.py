"""What the gRPC listener says of itself, asked by gRPC's own reflection client and held against OpenTelemetry's package."""
import time

import grpc
import opentelemetry.proto.collector.logs.v1.logs_service_pb2 as logs
import opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 as metrics
import opentelemetry.proto.collector.trace.v1.trace_service_pb2 as traces
import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase


@pytest.fixture
def channel(server):
    with grpc.insecure_channel(server.addresses["otlp_grpc"]) as channel:
        yield channel


def files_of(descriptor) -> dict:
    """The file and all that it imports, by name."""
    found = {descriptor.name: descriptor}
    for each in descriptor.dependencies:
        found |= files_of(each)
    return found


def fields_of(message, prefix: str = "") -> dict[str, str]:
    name = prefix + message.name
    fields = {f"{name}.{field.name}": (field.number, field.type, field.label, field.type_name,
                                       field.proto3_optional, field.HasField("oneof_index") and
                                       message.oneof_decl[field.oneof_index].name) for field in message.field}
    for value in (value for each in message.enum_type for value in each.value):
        fields[f"{name}.{value.name}"] = value.number
    for nested in message.nested_type:
        fields |= fields_of(nested, name + ".")
    return fields


def facts_of(file: FileDescriptorProto) -> dict:
    facts = {value.name: value.number for each in file.enum_type for value in each.value}
    for message in file.message_type:
        facts |= fields_of(message)
    for service in file.service:
        facts |= {f"{service.name}.{each.name}": (each.input_type, each.output_type) for each in service.method}
    return facts


def test_services_are_listed(channel):
    services = set(ProtoReflectionDescriptorDatabase(channel).get_services())
    assert services >= {"opentelemetry.proto.collector.trace.v1.TraceService", "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}


@pytest.mark.parametrize("signal", [traces, metrics, logs], ids=["traces", "metrics", "logs"])
def test_what_is_told_of_otlp_is_what_opentelemetry_says(channel, signal):
    database = ProtoReflectionDescriptorDatabase(channel)
    files = files_of(signal.DESCRIPTOR)
    assert len(files) >= 4
    for name, real in files.items():
        expected = FileDescriptorProto()
        real.CopyToProto(expected)
        told = database.FindFileByName(name)
        assert (told.package, list(told.dependency), told.syntax) == \
            (expected.package, list(expected.dependency), expected.syntax)
        facts = facts_of(told)
        assert facts and facts.items() <= facts_of(expected).items()


def test_a_client_that_knows_nothing_sends_a_span(channel):
    """As grpcurl does: the messages are made of what reflection told, and nothing else."""
    pool = DescriptorPool(ProtoReflectionDescriptorDatabase(channel))
    export = pool.FindServiceByName("opentelemetry.proto.collector.trace.v1.TraceService").methods_by_name["Export"]
    request = GetMessageClass(export.input_type)()
    span = request.resource_spans.add().scope_spans.add().spans.add()
    span.trace_id, span.span_id, span.name = bytes(range(16)), bytes(range(1, 9)), "told"
    span.start_time_unix_nano = time.time_ns()
    span.end_time_unix_nano = span.start_time_unix_nano + 1000
    call = channel.unary_unary(f"/{export.containing_service.full_name}/{export.name}",
                               request_serializer=lambda message: message.SerializeToString(),
                               response_deserializer=GetMessageClass(export.output_type).FromString)
    assert call(request).partial_success.rejected_spans == 0
    span.trace_id = b"short"
    assert call(request).partial_success.rejected_spans == 1


def test_a_message_that_cannot_be_is_refused(channel):
    talk = channel.stream_stream("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")
    with pytest.raises(grpc.RpcError) as refused:
        list(talk(iter([b"x" * 70_000])))
    assert refused.value.code() == grpc.StatusCode.INTERNAL
