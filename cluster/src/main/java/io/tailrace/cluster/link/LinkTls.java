package io.tailrace.cluster.link;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.util.Map;
import javax.net.ssl.SSLEngine;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.event.LogSource;
import org.apache.pekko.event.Logging;
import org.apache.pekko.remote.artery.tcp.ssl.RotatingKeysSSLEngineProvider;

/**
 * Mutual TLS between nodes: each shows a certificate, and one that the cluster's CA has not signed is refused. The files are PEM; they
 * are read again every few minutes, so that certificates can be replaced without a restart. The reading, and the protocol's settings, are those
 * of Pekko's own transport ({@code pekko.remote.artery.ssl.rotating-keys-engine}): one set of files serves both.
 */
public final class LinkTls {
    /** Where the settings of Pekko's own are. */
    public static final String ENGINE = "pekko.remote.artery.ssl.rotating-keys-engine";

    private final RotatingKeysSSLEngineProvider engines;

    private LinkTls(RotatingKeysSSLEngineProvider engines) {
        this.engines = engines;
    }

    /**
     * From the settings {@code key-file}, {@code cert-file} and {@code ca-cert-file}, each the path of a PEM file. The files are read
     * at once, so that a mistake is found at the start.
     *
     * @throws TailraceException INVALID_SETTING if a file is missing or holds something else
     */
    public static LinkTls of(ActorSystem system, Config tls) {
        try {
            Config files = ConfigFactory.parseMap(Map.of(
                    "key-file", tls.getString("key-file"),
                    "cert-file", tls.getString("cert-file"),
                    "ca-cert-file", tls.getString("ca-cert-file")));
            Config complete = files.withFallback(system.settings().config().getConfig(ENGINE));
            LinkTls made = new LinkTls(new RotatingKeysSSLEngineProvider(
                    complete, Logging.withMarker(system, LinkTls.class, LogSource.fromAnyClass())));
            made.server();
            return made;
        } catch (ConfigException e) {
            throw new TailraceException(ErrorCode.INVALID_SETTING, "TLS between nodes: " + e.getMessage(), e);
        } catch (Exception e) {
            // Of Scala's: also exceptions that Java would have to declare.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING,
                    "TLS between nodes: the files with key, certificate and CA cannot be used (" + cause
                            + "): each has to be PEM, and the key RSA.",
                    e);
        }
    }

    SSLEngine server() {
        return engines.createServerSSLEngine("", 0);
    }

    SSLEngine client() {
        return engines.createClientSSLEngine("", 0);
    }
}
