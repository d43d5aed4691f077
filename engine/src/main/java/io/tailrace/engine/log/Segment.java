package io.tailrace.engine.log;

import io.tailrace.engine.record.RecordBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One file of batches and its index. One thread at a time writes; readers take {@link #size()}, which only ever admits whole
 * batches, and never wait.
 */
final class Segment {
    static final String SUFFIX = ".log";
    static final String INDEX_SUFFIX = ".index";

    private final FileStore files;
    private final Path path;
    private final long baseOffset;
    private final long baseSequence;
    private final LogSettings settings;
    private final IndexFile indexFile;
    private final SegmentHandles handles;

    private volatile int size;
    private volatile long nextOffset;
    private volatile long largestTimestamp = Long.MIN_VALUE;
    private volatile int dataBatches;
    /** In memory as long as the segment is written to. */
    private volatile @Nullable SparseIndex index = new SparseIndex();

    private int indexEntriesWritten;
    private int indexedPosition;
    private long firstAppendMillis = -1;

    /** A segment of which nothing is known yet but where it begins. */
    Segment(FileStore files, Path directory, long baseOffset, long baseSequence, LogSettings settings) {
        this(files, directory, baseOffset, baseSequence, settings, "");
    }

    /** One whose files have names with that at their end. */
    Segment(
            FileStore files,
            Path directory,
            long baseOffset,
            long baseSequence,
            LogSettings settings,
            String nameSuffix) {
        this.files = files;
        this.path = directory.resolve(fileName(baseOffset) + nameSuffix);
        this.baseOffset = baseOffset;
        this.baseSequence = baseSequence;
        this.settings = settings;
        this.nextOffset = baseOffset;
        this.handles = new SegmentHandles(files, path);
        this.indexFile = new IndexFile(files, directory.resolve(indexName(baseOffset) + nameSuffix), baseOffset);
    }

    static String fileName(long baseOffset) {
        return String.format("%020d%s", baseOffset, SUFFIX);
    }

    static String indexName(long baseOffset) {
        return String.format("%020d%s", baseOffset, INDEX_SUFFIX);
    }

    Path path() {
        return path;
    }

    long baseOffset() {
        return baseOffset;
    }

    /** How many data batches the log has before this segment. */
    long baseSequence() {
        return baseSequence;
    }

    /** The sequence number of the newest data batch up to here. */
    long lastSequence() {
        return baseSequence + dataBatches;
    }

    /** The end of the last whole batch, in bytes from the file's start. */
    int size() {
        return size;
    }

    /** The offset after the last record. */
    long nextOffset() {
        return nextOffset;
    }

    /** The largest timestamp of the data batches, {@code Long.MIN_VALUE} without any. */
    long largestTimestamp() {
        return largestTimestamp;
    }

    /** When the first batch was appended, or -1 for an empty segment. */
    long firstAppendMillis() {
        return firstAppendMillis;
    }

    void firstAppendMillis(long millis) {
        firstAppendMillis = millis;
    }

    IndexFile indexFile() {
        return indexFile;
    }

    // --- writing -----------------------------------------------------------------------------------------------------

    /** Writes the batches behind the last one and admits them; if that fails, cuts off what was written of them. */
    void append(List<PlacedBatch> batches, long nowMillis) throws IOException {
        int start = size;
        ByteBuffer staging = StagingBuffers.take();
        boolean written = false;
        try {
            write(batches, staging);
            written = true;
        } finally {
            StagingBuffers.giveBack(staging);
            if (!written) {
                undo(start);
            }
        }
        if (firstAppendMillis < 0) {
            firstAppendMillis = nowMillis;
        }
        int at = start;
        for (PlacedBatch placed : batches) {
            RecordBatch batch = placed.batch();
            account(at, placed.baseOffset(), placed.nextOffset(), batch, placed.maxTimestamp());
            at += batch.sizeInBytes();
        }
        size = at;
    }

    private void write(List<PlacedBatch> batches, ByteBuffer staging) throws IOException {
        StoredFile file = handles.writer();
        long at = size;
        for (PlacedBatch placed : batches) {
            int bytes = placed.batch().sizeInBytes();
            if (bytes > staging.remaining()) {
                at += drain(file, staging, at);
            }
            if (bytes <= staging.remaining()) {
                place(placed, staging);
            } else {
                ByteBuffer large = ByteBuffer.allocate(bytes);
                place(placed, large);
                at += drain(file, large, at);
            }
        }
        drain(file, staging, at);
    }

    private static void place(PlacedBatch placed, ByteBuffer to) {
        placed.batch().copyTo(to, placed.baseOffset(), placed.leaderEpoch(), placed.appendTimeMillis());
    }

    private static int drain(StoredFile file, ByteBuffer from, long position) throws IOException {
        from.flip();
        int bytes = from.remaining();
        if (bytes > 0) {
            file.write(from, position);
        }
        from.clear();
        return bytes;
    }

    /** Durably: what was refused must not be found again after a crash. */
    private void undo(int start) throws IOException {
        try {
            cut(start);
        } catch (IOException e) {
            throw new IOException("A failed write could not be undone: " + e.getMessage(), e);
        }
    }

    /** Counts in a batch at the end, which is in the file already, and which {@link #admit} admits. */
    void account(int position, RecordBatch header) {
        account(position, header.baseOffset(), header.nextOffset(), header, header.maxTimestamp());
    }

    private void account(int position, long batchBase, long batchNext, RecordBatch batch, long maxTimestamp) {
        SparseIndex entries = index;
        if (entries != null && position - indexedPosition >= settings.indexIntervalBytes()) {
            entries.add(new IndexEntry((int) (batchBase - baseOffset), position, dataBatches, largestTimestamp));
            indexedPosition = position;
        }
        if (!batch.isControl()) {
            dataBatches = (int) (batch.countedAfter(lastSequence()) - baseSequence);
            largestTimestamp = Math.max(largestTimestamp, maxTimestamp);
        }
        nextOffset = batchNext;
    }

    /** Admits what was counted in, up to that position. */
    void admit(int position) {
        size = position;
    }

    /** Brings what was written to the disk. A disk found full only now is no lesser failure: the bytes are lost. */
    void force() throws IOException {
        try {
            handles.writer().force(false);
        } catch (DiskFullException e) {
            throw new IOException("fsync found no room for what was written: " + e.getMessage(), e);
        }
    }

    /** Writes the index entries that are not in the file yet. */
    void writeIndex(boolean durable) throws IOException {
        SparseIndex entries = index;
        if (entries != null && (durable || entries.count() > indexEntriesWritten)) {
            int count = entries.count();
            indexFile.write(entries, indexEntriesWritten, durable);
            indexEntriesWritten = count;
        }
    }

    /** Adds the entry that says where the segment ends. It is an entry like others should the segment grow after all. */
    void seal() throws IOException {
        SparseIndex entries = index;
        if (entries != null && size > 0 && entries.last().position() < size) {
            entries.add(end());
            indexedPosition = size;
        }
        writeIndex(true);
    }

    private IndexEntry end() {
        return new IndexEntry((int) (nextOffset - baseOffset), size, dataBatches, largestTimestamp);
    }

    /** From now on nothing is written here: searches go to the index file. */
    void retire() throws IOException {
        index = null;
        handles.closeWriter();
    }

    /** What a segment that begins where this one does has at its end if it takes the place of this one. */
    void resumeLike(Segment finished) {
        resumeClosed(finished.end());
    }

    /** Takes a closed segment's end from the last entry of its index, instead of reading the segment. */
    void resumeClosed(IndexEntry end) {
        resumeFrom(new SparseIndex(), end);
        index = null;
    }

    /** Goes on from the last of these entries: whatever is behind it is to be counted in again. */
    void resumeFrom(SparseIndex entries) {
        resumeFrom(entries, entries.last());
        index = entries;
        indexEntriesWritten = 0;
    }

    private void resumeFrom(SparseIndex entries, IndexEntry last) {
        index = entries;
        size = last.position();
        indexedPosition = last.position();
        nextOffset = baseOffset + last.relativeOffset();
        dataBatches = last.relativeSequence();
        largestTimestamp = last.largestTimestamp();
    }

    /** Cuts the file at that position, durably. */
    void cut(long position) throws IOException {
        StoredFile file = handles.writer();
        file.truncate(position);
        force();
    }

    /** Cuts the file behind a batch, durably, and makes it the one that is written to. */
    void cutBack(long endOffset, int position) throws IOException {
        SparseIndex entries = indexFile.load(endOffset, position).below(position);
        Segment counted = recounted(entries, position);
        cut(position);
        index = entries;
        indexEntriesWritten = 0;
        indexedPosition = counted.indexedPosition;
        dataBatches = counted.dataBatches;
        largestTimestamp = counted.largestTimestamp;
        firstAppendMillis = -1;
        nextOffset = counted.nextOffset;
        size = position;
        writeIndex(true);
    }

    // --- reading -----------------------------------------------------------------------------------------------------

    /** The last index entry whose key is not above the value. */
    IndexEntry floor(IndexEntries.Key key, long value) throws IOException {
        SparseIndex entries = index;
        if (entries != null) {
            return entries.floor(key, value);
        }
        try {
            return indexFile.floor(key, value);
        } catch (IndexFile.BadIndexException e) {
            return rebuiltIndex().floor(key, value);
        }
    }

    /** Makes a closed segment's index again from its batches. */
    private synchronized SparseIndex rebuiltIndex() throws IOException {
        SparseIndex entries = new SparseIndex();
        Segment counted = recounted(entries, size);
        if (size > 0) {
            entries.add(counted.end());
        }
        try {
            indexFile.write(entries, 0, false);
        } catch (DiskFullException noRoomToKeepIt) {
            return entries;
        }
        return entries;
    }

    /** The same for one whose index was found damaged, durably. */
    synchronized void makeClosedIndexAgain() throws IOException {
        SparseIndex entries = rebuiltIndex();
        indexFile.write(entries, 0, true);
    }

    /** Makes the index again for all that is in the file, durably, while nobody uses the segment. */
    void makeIndexAgain() throws IOException {
        try {
            admit((int) Math.min(Integer.MAX_VALUE, fileSize()));
            SparseIndex entries = new SparseIndex();
            Segment counted = recounted(entries, size);
            if (size > 0) {
                entries.add(counted.end());
            }
            indexFile.write(entries, 0, true);
        } finally {
            close();
        }
    }

    /** What this segment counts if it ends at that position, going on from these entries, which grow by it. */
    private Segment recounted(SparseIndex entries, int end) throws IOException {
        Segment counted = new Segment(files, CheckedFile.directoryOf(path), baseOffset, baseSequence, settings);
        counted.resumeFrom(entries);
        BatchScanner scanner = new BatchScanner(reader(), counted.size, end, false);
        while (scanner.next()) {
            counted.account((int) scanner.position(), scanner.header());
        }
        String problem = scanner.problem();
        if (problem != null) {
            throw LogErrors.corrupt(path, scanner.position(), problem);
        }
        counted.admit(end);
        return counted;
    }

    int read(ByteBuffer destination, long position) throws IOException {
        return reader().read(destination, position);
    }

    /** The readers' handle. */
    StoredFile reader() throws IOException {
        return handles.reader();
    }

    /** The size of the file, which may have more than whole batches. */
    long fileSize() throws IOException {
        return reader().size();
    }

    /** Creates the file, or empties it. An index that another segment left under this name must not be believed. */
    void create() throws IOException {
        indexFile.delete();
        handles.writer().truncate(0);
    }

    /** Not while the index is being made again, which would leave it behind. */
    synchronized void delete() throws IOException {
        close();
        indexFile.delete();
        files.delete(path);
    }

    /** From now on nobody reads or writes its files: others take their names. Nor is its index made again. */
    synchronized void giveWay() {
        closeQuietly();
    }

    void close() throws IOException {
        handles.close();
    }

    /** Closes when nothing depends any more on how that goes. */
    void closeQuietly() {
        try {
            handles.close();
        } catch (IOException ignored) {
            // What had to be on the disk was forced before.
        }
    }
}
