package io.tailrace.http;

import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.Host;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.IllegalUriException;

/** Finds who answers a request, and turns whatever fails into a problem. */
final class Router {
    private final List<Routes> routes;

    Router(List<Routes> routes) {
        this.routes = List.copyOf(routes);
    }

    /** Never fails. */
    CompletionStage<HttpResponse> answer(HttpRequest request) {
        CompletionStage<HttpResponse> answer;
        try {
            answer = dispatch(request);
        } catch (IllegalUriException e) {
            answer = CompletableFuture.failedFuture(Json.malformed("The path or the query cannot be read: "
                    + Json.shown(e.info().summary(), 200)));
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.exceptionally(failure -> Problem.of(failure).response());
    }

    private CompletionStage<HttpResponse> dispatch(HttpRequest request) {
        requireLoopback(request.getUri().host());
        List<String> path = new ArrayList<>();
        request.getUri().pathSegments().forEach(path::add);
        Resource resource = find(path);
        String method = request.method().name();
        if (method.equals("OPTIONS")) {
            return CompletableFuture.completedFuture(
                    allowing(resource, HttpResponse.create()).withStatus(StatusCodes.NO_CONTENT));
        }
        Resource.Handler handler = resource.methods().get(method);
        if (handler == null) {
            String detail = "This path knows " + resource.allowed() + ", not " + Json.shown(method, 30) + ".";
            return CompletableFuture.completedFuture(
                    allowing(resource, new Problem(ErrorCode.METHOD_NOT_ALLOWED, detail).response()));
        }
        return handler.handle(request);
    }

    private Resource find(List<String> path) {
        for (Routes candidate : routes) {
            Resource found = candidate.at(path);
            if (found != null) {
                return found;
            }
        }
        throw new TailraceException(
                ErrorCode.NOT_FOUND, "There is nothing at this path: docs/http.md lists what there is.");
    }

    private static HttpResponse allowing(Resource resource, HttpResponse response) {
        return response.addHeader(RawHeader.create("Allow", resource.allowed()));
    }

    /**
     * A page of a stranger's site could have its name point here (DNS rebinding) and then read what only this machine may:
     * its requests carry that name.
     */
    private static void requireLoopback(Host host) {
        String name = host.address();
        boolean loopback = name.isEmpty()
                || name.equalsIgnoreCase("localhost")
                || (host.isIPv4() && name.startsWith("127."))
                || (host.isIPv6() && (name.equals("::1") || name.equals("0:0:0:0:0:0:0:1")));
        if (!loopback) {
            throw Json.malformed("The Host header names '" + Json.shown(name, 60)
                    + "', which is not this machine's loopback: use localhost or 127.0.0.1.");
        }
    }
}
