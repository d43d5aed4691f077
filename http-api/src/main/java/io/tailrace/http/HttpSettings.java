package io.tailrace.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import io.tailrace.engine.error.ErrorCode;
import io.tailrace.engine.error.TailraceException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;

/**
 * The settings of an {@link HttpServer}, as reference.conf documents them under {@code tailrace.http}.
 *
 * @param networkInterface a loopback address or a name of one
 * @param port 0 for any that is free
 * @param maxLineBytes of one line of a request of lines
 * @param maxBodyBytes of any other request
 * @param maxConnections at once
 * @param keepAliveTimeout after which a connection without a request is closed
 * @param bodyTimeout within which a request that is not a stream has to arrive
 * @param deliveryTimeout how long a record is tried again after retriable failures
 * @param closeTimeout how long closing waits for requests under way
 */
public record HttpSettings(
        String networkInterface,
        int port,
        int maxLineBytes,
        int maxBodyBytes,
        int maxConnections,
        Duration keepAliveTimeout,
        Duration bodyTimeout,
        Duration deliveryTimeout,
        Duration closeTimeout) {

    /** The same at another port. */
    public HttpSettings withPort(int other) {
        return new HttpSettings(
                networkInterface,
                other,
                maxLineBytes,
                maxBodyBytes,
                maxConnections,
                keepAliveTimeout,
                bodyTimeout,
                deliveryTimeout,
                closeTimeout);
    }

    /** Refuses what cannot be served with INVALID_SETTING. */
    public HttpSettings {
        check(isLoopback(networkInterface), "interface", networkInterface, "a loopback address, such as 127.0.0.1");
        check(port >= 0 && port <= 65_535, "port", port, "0 to 65535");
        check(maxLineBytes >= 1024, "max-line-bytes", maxLineBytes, "at least 1 KiB");
        check(maxBodyBytes >= 1024, "max-body-bytes", maxBodyBytes, "at least 1 KiB");
        check(maxConnections >= 1, "max-connections", maxConnections, "at least 1");
        checkPositive("keep-alive-timeout", keepAliveTimeout);
        checkPositive("body-timeout", bodyTimeout);
        checkPositive("delivery-timeout", deliveryTimeout);
        checkPositive("close-timeout", closeTimeout);
    }

    /**
     * Reads the block {@code tailrace.http}; what is not there has its default.
     *
     * @throws TailraceException INVALID_SETTING that names the setting
     */
    public static HttpSettings of(Config config) {
        try {
            Config http = config.withFallback(ConfigFactory.defaultReference()).getConfig("tailrace.http");
            return new HttpSettings(
                    http.getString("interface"),
                    http.getInt("port"),
                    Math.toIntExact(http.getBytes("max-line-bytes")),
                    Math.toIntExact(http.getBytes("max-body-bytes")),
                    http.getInt("max-connections"),
                    http.getDuration("keep-alive-timeout"),
                    http.getDuration("body-timeout"),
                    http.getDuration("delivery-timeout"),
                    http.getDuration("close-timeout"));
        } catch (ConfigException | ArithmeticException e) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING, "A setting under tailrace.http is not usable: " + e.getMessage(), e);
        }
    }

    private static boolean isLoopback(String networkInterface) {
        try {
            return !networkInterface.isBlank()
                    && InetAddress.getByName(networkInterface).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void checkPositive(String name, Duration duration) {
        check(!duration.isNegative() && !duration.isZero(), name, duration, "more than nothing");
    }

    private static void check(boolean usable, String name, Object value, String wanted) {
        if (!usable) {
            throw new TailraceException(
                    ErrorCode.INVALID_SETTING, "tailrace.http." + name + " is " + value + ": give " + wanted + ".");
        }
    }
}
