package io.tailrace.cli.produce;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tailrace.cli.client.Answer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What a server reported about a batch ({@code ?report=failures}): a line for each record that it refused, then how many it
 * stored. Without that last line nobody knows about the records that were not refused.
 */
final class BatchReport {
    private static final JsonFactory JSON = new JsonFactory();

    private final LineBatch batch;
    private final ProduceListener listener;
    private long stored = -1;
    private long refused;
    private @Nullable String firstCode;
    private @Nullable String end;

    /** Refused lines that follow each other, for the same reason, not told yet. */
    private long rangeFirst;

    private long rangeLast;
    private String rangeCode = "";
    private String rangeDetail = "";

    private BatchReport(LineBatch batch, ProduceListener listener) {
        this.batch = batch;
        this.listener = listener;
    }

    /** Reads it, and tells the listener of each line that was refused. */
    static BatchReport read(LineBatch batch, Answer answer, ProduceListener listener) {
        BatchReport report = new BatchReport(batch, listener);
        try (JsonParser json = JSON.createParser(answer.body())) {
            while (json.nextToken() != null) {
                report.line(json);
            }
        } catch (IOException e) {
            report.end = answer.cut() == null ? "the server's answer is no report of records" : null;
        }
        report.tellRange();
        if (report.end == null && answer.cut() != null) {
            report.end = "the connection broke off (" + answer.cut().getMessage() + ")";
        }
        return report;
    }

    private void line(JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            throw new IOException("no object");
        }
        long line = 0;
        String code = "";
        String detail = "";
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            json.nextToken();
            switch (name) {
                case "line" -> line = json.getLongValue();
                case "error_code" -> code = json.getText();
                case "detail" -> detail = json.getText();
                case "stored" -> stored = json.getLongValue();
                default -> json.skipChildren();
            }
        }
        if (!code.isEmpty() && line > 0) {
            refuse(batch.firstLine() + line - 1, code, detail);
        } else if (!code.isEmpty()) {
            end = code + " " + detail;
        }
    }

    private void refuse(long line, String code, String detail) {
        refused++;
        firstCode = firstCode == null ? code : firstCode;
        if (line == rangeLast + 1 && code.equals(rangeCode) && detail.equals(rangeDetail)) {
            rangeLast = line;
            return;
        }
        tellRange();
        rangeFirst = line;
        rangeLast = line;
        rangeCode = code;
        rangeDetail = detail;
    }

    private void tellRange() {
        if (rangeFirst > 0) {
            listener.refused(rangeFirst, rangeLast, rangeCode, rangeDetail);
            rangeFirst = 0;
        }
    }

    /** Whether each record's outcome is known. */
    boolean isComplete() {
        return stored >= 0 && stored + refused == batch.records();
    }

    /** Why it is not complete. */
    String end() {
        return end != null ? end : "the server's report says nothing of them";
    }

    long stored() {
        return Math.max(0, stored);
    }

    long refused() {
        return refused;
    }

    /** Why the first of them was refused, by the server's code; {@code null} if none was. */
    @Nullable
    String firstCode() {
        return firstCode;
    }
}
