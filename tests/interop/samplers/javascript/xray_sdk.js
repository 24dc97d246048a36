// The X-Ray SDK for Node: its sampler, asked as its middlewares ask it.
import xray from "aws-xray-sdk-core";
import { drive } from "./drive.js";

drive(({ host, method, path, service }) =>
    xray.middleware.sampler.shouldSample({ host, httpMethod: method, urlPath: path, serviceName: service }));
