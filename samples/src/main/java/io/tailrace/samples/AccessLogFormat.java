package io.tailrace.samples;

import java.time.Duration;

/** An access log: stored by host, counted by status and hour of the event. */
final class AccessLogFormat implements LineFormat {
    private static final String NOT_AN_ACCESS = "(other)";

    @Override
    public String description() {
        return "access log; key = host, counted by status in windows of one hour of the log's own time";
    }

    @Override
    public String groupTitle() {
        return "status";
    }

    @Override
    public String amountTitle() {
        return "bytes sent";
    }

    @Override
    public long windowMillis() {
        return Duration.ofHours(1).toMillis();
    }

    @Override
    public String key(String line) {
        int end = line.indexOf(' ');
        return end < 1 ? NOT_AN_ACCESS : line.substring(0, end);
    }

    @Override
    public Observation observe(String line, long readMillis, int bytes) {
        AccessLogLine access = AccessLogLine.parse(line);
        return access == null
                ? new Observation(NOT_AN_ACCESS, readMillis, bytes)
                : new Observation(Integer.toString(access.status()), access.timeMillis(), access.bytes());
    }
}
