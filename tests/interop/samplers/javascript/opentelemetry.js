// The X-Ray remote sampler of OpenTelemetry in JavaScript.
import crypto from "node:crypto";
import { ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AWSXRayRemoteSampler } from "@opentelemetry/sampler-aws-xray";
import { drive } from "./drive.js";

const endpoint = `http://${process.env.AWS_XRAY_DAEMON_ADDRESS}`;
const samplers = {}; // its rules see the service's name as that of the process: one for each

drive(({ host, method, path, service }) => {
    samplers[service] ??= new AWSXRayRemoteSampler({
        resource: resourceFromAttributes({ "service.name": service }), endpoint });
    const attributes = { "url.path": path, "http.request.method": method, "server.address": host };
    const trace = crypto.randomBytes(16).toString("hex");
    const told = samplers[service].shouldSample(ROOT_CONTEXT, trace, "request", SpanKind.SERVER, attributes, []);
    return told.decision === 2 && "sampled";
});
