package io.tailrace.http;

import io.tailrace.engine.error.TailraceException;
import org.apache.pekko.event.LoggingAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What pekko-http says about connections, without what is no news: what a client does wrong, or has been told. */
final class ConnectionLog implements LoggingAdapter {
    private static final Logger LOG = LoggerFactory.getLogger("io.tailrace.http.connections");

    @Override
    public boolean isErrorEnabled() {
        return LOG.isErrorEnabled();
    }

    @Override
    public boolean isWarningEnabled() {
        return LOG.isWarnEnabled();
    }

    @Override
    public boolean isInfoEnabled() {
        return LOG.isDebugEnabled();
    }

    @Override
    public boolean isDebugEnabled() {
        return LOG.isDebugEnabled();
    }

    @Override
    public void notifyError(String message) {
        LOG.error("{}", message);
    }

    @Override
    public void notifyError(Throwable cause, String message) {
        if (cause instanceof TailraceException) {
            // A response that had begun ends so; its last line says why.
            LOG.debug("{}", message);
        } else {
            LOG.error("{}", message, cause);
        }
    }

    @Override
    public void notifyWarning(String message) {
        // Reports go out while their records still come in: that is what they are for.
        if (message.startsWith("Sending an 2xx 'early' response")) {
            LOG.debug("{}", message);
        } else {
            LOG.warn("{}", message);
        }
    }

    @Override
    public void notifyInfo(String message) {
        LOG.debug("{}", message);
    }

    @Override
    public void notifyDebug(String message) {
        LOG.debug("{}", message);
    }
}
