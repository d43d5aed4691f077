package io.tailrace.cli;

import io.tailrace.cli.client.Server;
import io.tailrace.cluster.catalog.TopicName;
import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which server a command speaks to. */
final class ServerOptions {
    private static final String DEFAULT_URL = "http://127.0.0.1:7070";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:TAILRACE_URL}",
            description = "The server. Default: TAILRACE_URL, else " + DEFAULT_URL + ".")
    private String url = "";

    Server server() {
        String wanted = url == null || url.isEmpty() ? DEFAULT_URL : url;
        try {
            URI address = new URI(wanted);
            boolean http = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
            if (http && address.getHost() != null && address.getQuery() == null && address.getFragment() == null) {
                return new Server(address);
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new ParameterException(
                spec.commandLine(),
                "'" + Escaped.text(wanted, 200) + "' is no address of a server: use one such as " + DEFAULT_URL + ".");
    }

    /** A name that would mean something else in a path is refused here already, as the server would. */
    static String topic(String name) {
        return TopicName.checked(name);
    }
}
