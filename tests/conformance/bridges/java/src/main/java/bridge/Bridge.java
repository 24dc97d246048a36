package bridge;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.xray.XRayClient;

/** The AWS SDK for Java v2 behind clients/bridge.py: Bridge ENDPOINT REGION. */
public final class Bridge {
    private static final String MODEL = "software.amazon.awssdk.services.xray.model.";

    private final AsSaid asSaid = new AsSaid();
    private final XRayClient client;

    private Bridge(String endpoint, String region) {
        var credentials = AwsBasicCredentials.create("conformance", "conformance");
        client = XRayClient.builder().endpointOverride(URI.create(endpoint)).region(Region.of(region))
                .credentialsProvider(StaticCredentialsProvider.create(credentials))
                .overrideConfiguration(options -> options.addExecutionInterceptor(asSaid)).build();
    }

    public static void main(String[] arguments) throws Exception {
        var bridge = new Bridge(arguments[0], arguments[1]);
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(Json.text(bridge.answer(Json.members(line))));
        }
    }

    private Map<String, Object> answer(Map<String, Object> asked) throws Exception {
        var operation = (String) asked.get("operation");
        var input = Json.members(asked.get("input"));
        Class<?> type = Class.forName(MODEL + operation + "Request");
        String name = operation.substring(0, 1).toLowerCase() + operation.substring(1);
        Method method = XRayClient.class.getMethod(name, type);
        asSaid.expect(input);
        try {
            var builder = (SdkPojo) type.getMethod("builder").invoke(null);
            var answer = (SdkPojo) method.invoke(client, Pojo.build(builder, input));
            return Map.of("output", Pojo.members(answer));
        } catch (NotSaid error) {
            return Map.of("not_sent", error.getMessage());
        } catch (InvocationTargetException error) {
            return whyNot(error.getCause());
        }
    }

    private Map<String, Object> whyNot(Throwable error) {
        if (error instanceof AwsServiceException service) {
            var told = service.awsErrorDetails();
            return Map.of("error", Map.of("code", told.errorCode(), "message", told.errorMessage(), "status",
                    service.statusCode(), "members", Pojo.members((SdkPojo) service)));
        }
        for (Throwable each = error; each != null; each = each.getCause()) {
            if (each instanceof NotSaid) {
                return Map.of("not_sent", each.getMessage());
            }
        }
        if (!asSaid.hasLeft()) {
            return Map.of("not_sent", String.valueOf(error.getMessage()));
        }
        return Map.of("error", Map.of("code", error.getClass().getSimpleName(), "message",
                String.valueOf(error.getMessage()), "status", 0, "members", Map.of()));
    }
}
