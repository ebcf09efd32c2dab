-- The contract between data_prep, which writes, and dashboard, which reads.
-- R1 to R13 here and in comments are the rules of docs/rules.md, which a dashboard shows at /rules; words: docs/glossary.md.
-- Coordinates: GRCh38, 0-based, half-open [start, end); length = end - start (rule R1).
-- A change of a table or column here is a new SCHEMA_VERSION in data_prep/domain/schema.py.

CREATE TYPE chrom AS ENUM ('chr1','chr2','chr3','chr4','chr5','chr6','chr7','chr8','chr9','chr10','chr11','chr12',
    'chr13','chr14','chr15','chr16','chr17','chr18','chr19','chr20','chr21','chr22','chrX','chrY');
CREATE TYPE direction AS ENUM ('loss','gain','loh','unexpected');
CREATE TYPE call_class AS ENUM ('complete-loss','partial-loss','low-gain','high-gain','loss','gain','loh','unexpected');
CREATE TYPE karyotype_sex AS ENUM ('XX','XY');
CREATE TYPE filter_level AS ENUM ('pass','credible','sensitive','all');
CREATE TYPE cohort AS ENUM ('unrelated','all');

CREATE TABLE provenance (
    key VARCHAR NOT NULL PRIMARY KEY,
    value VARCHAR NOT NULL
);
COMMENT ON TABLE provenance IS 'What this database is: one fact a row (rule R12). R1 to R13 in the comments of all tables are the rules of docs/rules.md in the program''s repository, which a dashboard over this database shows at /rules.';
COMMENT ON COLUMN provenance.key IS 'schema_version, callset, release, caller, simulated (yes or no), source, assembly, built_at (ISO 8601, UTC), generation, builder_version, gene_models, unrelated_definition, samples_table, reference_rows (yes or no), masks (where given), rates_raised (of a simulated cohort: recurrent CNVs that are drawn more often than published, so that somebody carries each); where a fetch wrote a manifest: release_path (the folder in the bucket), fetched_from (the server), fetched_at (day, or first and last, UTC), fetched_files (how many of the files read are byte for byte those fetched) ...';
COMMENT ON COLUMN provenance.value IS 'The fact, as text.';

CREATE TABLE superpopulations (
    superpopulation VARCHAR NOT NULL PRIMARY KEY,
    name VARCHAR NOT NULL,
    hancestro VARCHAR,
    position USMALLINT NOT NULL
);
COMMENT ON TABLE superpopulations IS 'The continental groups of the 1000 Genomes Project, and any other the sample table names.';
COMMENT ON COLUMN superpopulations.superpopulation IS 'Code: AFR, AMR, EAS, EUR, SAS; unknown for samples that the table does not place.';
COMMENT ON COLUMN superpopulations.name IS 'Name in words.';
COMMENT ON COLUMN superpopulations.hancestro IS 'Term of the Human Ancestry Ontology, where there is one.';
COMMENT ON COLUMN superpopulations.position IS 'Order in tables and charts, from 0.';

CREATE TABLE populations (
    population VARCHAR NOT NULL PRIMARY KEY,
    superpopulation VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    place VARCHAR,
    latitude DOUBLE,
    longitude DOUBLE,
    hancestro VARCHAR,
    position USMALLINT NOT NULL
);
COMMENT ON TABLE populations IS 'The 26 populations, and any other the sample table names.';
COMMENT ON COLUMN populations.population IS 'Code, such as GBR.';
COMMENT ON COLUMN populations.superpopulation IS 'Code of its super-population.';
COMMENT ON COLUMN populations.name IS 'Name and place in words.';
COMMENT ON COLUMN populations.place IS 'Where its people were sampled, in words: CEU in Utah, GIH in Houston; null where it is not known.';
COMMENT ON COLUMN populations.latitude IS 'Degrees north of that place.';
COMMENT ON COLUMN populations.longitude IS 'Degrees east.';
COMMENT ON COLUMN populations.hancestro IS 'Term of the Human Ancestry Ontology, where there is one.';
COMMENT ON COLUMN populations.position IS 'Order in tables and charts, from 0: by super-population, then code.';

CREATE TABLE samples (
    sample_id UINTEGER NOT NULL,
    sample VARCHAR NOT NULL,
    superpopulation VARCHAR NOT NULL,
    population VARCHAR NOT NULL,
    sex karyotype_sex,
    family VARCHAR,
    father VARCHAR,
    mother VARCHAR,
    father_id UINTEGER,
    mother_id UINTEGER,
    unrelated BOOLEAN NOT NULL,
    counted BOOLEAN NOT NULL,
    sex_mismatch BOOLEAN NOT NULL,
    sex_mismatch_reason VARCHAR,
    caller_sex karyotype_sex
);
COMMENT ON TABLE samples IS 'One row a person of the sample table or of the files read.';
COMMENT ON COLUMN samples.sample_id IS 'Number of the sample in this database, by name, people with a file and their parents first; joins the other tables.';
COMMENT ON COLUMN samples.sample IS 'Name, as in the VCF header.';
COMMENT ON COLUMN samples.superpopulation IS 'Code of the super-population; unknown where the table does not name the sample.';
COMMENT ON COLUMN samples.population IS 'Code of the population; unknown where the table does not name the sample, and such as EUR-unknown where it names the super-population alone.';
COMMENT ON COLUMN samples.sex IS 'Recorded karyotype sex, XX or XY, from the sample table, else from the file; null where neither says.';
COMMENT ON COLUMN samples.family IS 'Family name of the pedigree.';
COMMENT ON COLUMN samples.father IS 'Name of the father in the pedigree, in the set or not.';
COMMENT ON COLUMN samples.mother IS 'Name of the mother in the pedigree, in the set or not.';
COMMENT ON COLUMN samples.father_id IS 'sample_id of the father where he is a sample here.';
COMMENT ON COLUMN samples.mother_id IS 'sample_id of the mother where she is a sample here.';
COMMENT ON COLUMN samples.unrelated IS 'In the cohort of unrelated people (R5): the 2,504 of phase 3 where they are named.';
COMMENT ON COLUMN samples.counted IS 'Its file was read, with or without a call: it stands in denominators (R5).';
COMMENT ON COLUMN samples.sex_mismatch IS 'File or calls contradict the recorded sex: left out of X and Y frequencies (R2). XX is contradicted by the caller''s own statement, by genotypes of one allele over a tenth of the sequenced X outside the pseudo-autosomal regions (of callers whose genotypes state ploidy), and by credible calls or reference rows of one copy or more over a quarter of the sequenced Y outside all problem regions; XY by the statement, and by genotypes of two alleles over a tenth of that X.';
COMMENT ON COLUMN samples.sex_mismatch_reason IS 'What contradicts it, in words, several joined by a semicolon; null where nothing does.';
COMMENT ON COLUMN samples.caller_sex IS 'Sex that the caller was told or found (--sample-sex of the file), null where it does not say.';

CREATE TABLE chromosomes (
    chrom chrom NOT NULL PRIMARY KEY,
    length INTEGER NOT NULL,
    sequenced INTEGER NOT NULL,
    refseq VARCHAR NOT NULL,
    genbank VARCHAR NOT NULL,
    refget VARCHAR NOT NULL
);
COMMENT ON TABLE chromosomes IS 'The 24 chromosomes of GRCh38.';
COMMENT ON COLUMN chromosomes.chrom IS 'Name, chr1 to chrY.';
COMMENT ON COLUMN chromosomes.length IS 'Bases.';
COMMENT ON COLUMN chromosomes.sequenced IS 'Bases that are known sequence: length less the assembly gaps and telomeres, which are runs of N; modelled centromeres are in it.';
COMMENT ON COLUMN chromosomes.refseq IS 'RefSeq accession with version (NC_...).';
COMMENT ON COLUMN chromosomes.genbank IS 'GenBank accession with version (CM...).';
COMMENT ON COLUMN chromosomes.refget IS 'GA4GH refget digest (SQ....).';

CREATE TABLE cytobands (
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    band VARCHAR NOT NULL,
    stain VARCHAR NOT NULL
);
COMMENT ON TABLE cytobands IS 'The 862 bands of the ideogram (UCSC, GRCh38).';
COMMENT ON COLUMN cytobands.chrom IS 'Chromosome.';
COMMENT ON COLUMN cytobands.start IS 'First base, 0-based.';
COMMENT ON COLUMN cytobands."end" IS 'End, half-open.';
COMMENT ON COLUMN cytobands.band IS 'Band without the chromosome, such as q11.21.';
COMMENT ON COLUMN cytobands.stain IS 'Giemsa stain: gneg, gpos25 ... gpos100, acen, gvar, stalk.';

CREATE TABLE genes (
    gene_id VARCHAR NOT NULL PRIMARY KEY,
    symbol VARCHAR NOT NULL,
    description VARCHAR,
    biotype VARCHAR NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    strand VARCHAR,
    transcript_id VARCHAR
);
COMMENT ON TABLE genes IS 'Genes with a place on the 24 chromosomes, pseudogenes and non-coding genes included; a symbol can occur twice.';
COMMENT ON COLUMN genes.gene_id IS 'Ensembl gene id without version; an identifier of the source where there is no Ensembl one.';
COMMENT ON COLUMN genes.symbol IS 'Symbol of the source release; the gene id where there is none.';
COMMENT ON COLUMN genes.description IS 'Name in words, where the source has one.';
COMMENT ON COLUMN genes.biotype IS 'protein_coding, lncRNA, a kind of pseudogene ...; other where the source does not say.';
COMMENT ON COLUMN genes.chrom IS 'Chromosome.';
COMMENT ON COLUMN genes.start IS 'First base, 0-based: of the representative transcript where there is one (R7), else of the gene.';
COMMENT ON COLUMN genes."end" IS 'End, half-open, likewise.';
COMMENT ON COLUMN genes.strand IS '+ or -; null where the source does not say.';
COMMENT ON COLUMN genes.transcript_id IS 'Representative transcript (R7), null for genes that have only a place.';

CREATE TABLE transcripts (
    transcript_id VARCHAR NOT NULL PRIMARY KEY,
    gene_id VARCHAR NOT NULL,
    name VARCHAR,
    chosen_as VARCHAR NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    strand VARCHAR NOT NULL,
    coding_bases INTEGER NOT NULL
);
COMMENT ON TABLE transcripts IS 'The representative transcript of each gene that has a model (R7).';
COMMENT ON COLUMN transcripts.transcript_id IS 'Ensembl transcript id without version; the transcript''s name where the source gives no id.';
COMMENT ON COLUMN transcripts.gene_id IS 'Its gene.';
COMMENT ON COLUMN transcripts.name IS 'Name, such as GSTM1-201.';
COMMENT ON COLUMN transcripts.chosen_as IS 'Why this one: MANE Select, Ensembl canonical, GENCODE 24 canonical, longest coding sequence.';
COMMENT ON COLUMN transcripts.chrom IS 'Chromosome.';
COMMENT ON COLUMN transcripts.start IS 'First base, 0-based.';
COMMENT ON COLUMN transcripts."end" IS 'End, half-open.';
COMMENT ON COLUMN transcripts.strand IS '+ or -.';
COMMENT ON COLUMN transcripts.coding_bases IS 'Bases of coding sequence, stop codon included; 0 for a transcript that codes for no protein.';

CREATE TABLE exons (
    transcript_id VARCHAR NOT NULL,
    gene_id VARCHAR NOT NULL,
    number USMALLINT NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    coding_start INTEGER,
    coding_end INTEGER
);
COMMENT ON TABLE exons IS 'Exons of the representative transcripts, with their coding part.';
COMMENT ON COLUMN exons.transcript_id IS 'Transcript.';
COMMENT ON COLUMN exons.gene_id IS 'Gene.';
COMMENT ON COLUMN exons.number IS 'Number in the direction of the transcript, from 1.';
COMMENT ON COLUMN exons.chrom IS 'Chromosome.';
COMMENT ON COLUMN exons.start IS 'First base, 0-based.';
COMMENT ON COLUMN exons."end" IS 'End, half-open.';
COMMENT ON COLUMN exons.coding_start IS 'First coding base, 0-based; null in an exon without coding sequence.';
COMMENT ON COLUMN exons.coding_end IS 'End of the coding part, half-open, stop codon included; null likewise.';

CREATE TABLE unplaced_genes (
    symbol VARCHAR NOT NULL PRIMARY KEY,
    gene_id VARCHAR,
    reason VARCHAR NOT NULL
);
COMMENT ON TABLE unplaced_genes IS 'Genes people search for that have no place on the 24 chromosomes of GRCh38, with the reason to show.';
COMMENT ON COLUMN unplaced_genes.symbol IS 'Symbol, such as GSTT1.';
COMMENT ON COLUMN unplaced_genes.gene_id IS 'Ensembl gene id where there is one.';
COMMENT ON COLUMN unplaced_genes.reason IS 'One sentence for the page.';

CREATE TABLE problem_regions (
    kind VARCHAR NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    source VARCHAR NOT NULL
);
COMMENT ON TABLE problem_regions IS 'Places where calls need care (R11), or that short reads cannot see (R5).';
COMMENT ON COLUMN problem_regions.kind IS 'centromere, pericentromere, telomere, gap, par, ampliconic-y, x-transposed, immune-locus, blind, paralogous (genes with copies that short reads cannot be placed between, R5), or the name of a mask.';
COMMENT ON COLUMN problem_regions.chrom IS 'Chromosome.';
COMMENT ON COLUMN problem_regions.start IS 'First base, 0-based.';
COMMENT ON COLUMN problem_regions."end" IS 'End, half-open.';
COMMENT ON COLUMN problem_regions.name IS 'What it is, in words to show.';
COMMENT ON COLUMN problem_regions.source IS 'Where the interval comes from.';

CREATE TABLE calls (
    sample_id UINTEGER NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    direction direction NOT NULL,
    class call_class NOT NULL,
    copy_number INTEGER,
    expected_copy_number UTINYINT,
    copy_ratio FLOAT,
    quality FLOAT,
    bins INTEGER,
    filters VARCHAR NOT NULL,
    genotype VARCHAR,
    par_border BOOLEAN NOT NULL,
    inward_start INTEGER,
    inward_end INTEGER,
    unreadable BOOLEAN NOT NULL,
    event_id BIGINT NOT NULL
);
COMMENT ON TABLE calls IS 'One row a call: a record of a VCF file that differs from the expected copy number. Sorted by chrom, start, end, sample_id.';
COMMENT ON COLUMN calls.sample_id IS 'Sample.';
COMMENT ON COLUMN calls.chrom IS 'Chromosome.';
COMMENT ON COLUMN calls.start IS 'First base, 0-based.';
COMMENT ON COLUMN calls."end" IS 'End, half-open.';
COMMENT ON COLUMN calls.direction IS 'loss, gain; loh (copy-neutral loss of heterozygosity) and unexpected (Y in XX) are kept and never counted.';
COMMENT ON COLUMN calls.class IS 'Copy number against the expected one (R2).';
COMMENT ON COLUMN calls.copy_number IS 'Copy number that the caller gives (FORMAT CN); null where it gives none.';
COMMENT ON COLUMN calls.expected_copy_number IS 'Copies expected at this place in this person (R2); null for Y in XX.';
COMMENT ON COLUMN calls.copy_ratio IS 'Linear copy ratio of the segment mean (FORMAT SM): 1 is the expected copy number.';
COMMENT ON COLUMN calls.quality IS 'QUAL, Phred-scaled; null where missing.';
COMMENT ON COLUMN calls.bins IS 'Read-depth bins in the call (FORMAT BC).';
COMMENT ON COLUMN calls.filters IS 'FILTER as written, several joined by a semicolon; PASS; a dot where none was applied.';
COMMENT ON COLUMN calls.genotype IS 'GT as written.';
COMMENT ON COLUMN calls.par_border IS 'Lies across the border of a pseudo-autosomal region: the larger part gave the expected copy number.';
COMMENT ON COLUMN calls.inward_start IS 'Bases by which the start may lie further in, as the record itself says (R7): the inward bound of CIPOS, else 500 for a record of a breakpoint caller that rests on read depth alone; null where it says nothing, so that the kind of its caller holds.';
COMMENT ON COLUMN calls.inward_end IS 'The same of the end, by CIEND.';
COMMENT ON COLUMN calls.unreadable IS 'A quality, copy ratio, number of bins or copy number stands in the record and is no number: its event is at level all alone (R4).';
COMMENT ON COLUMN calls.event_id IS 'The event this call is part of.';

CREATE TABLE events (
    event_id BIGINT NOT NULL,
    sample_id UINTEGER NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    inner_start INTEGER NOT NULL,
    inner_end INTEGER NOT NULL,
    direction direction NOT NULL,
    class call_class NOT NULL,
    copy_number INTEGER,
    expected_copy_number UTINYINT,
    copy_ratio FLOAT,
    quality FLOAT,
    bins INTEGER,
    filters VARCHAR NOT NULL,
    sensitive BOOLEAN NOT NULL,
    credible BOOLEAN NOT NULL,
    pass BOOLEAN NOT NULL,
    parts INTEGER NOT NULL,
    par_border BOOLEAN NOT NULL,
    site_id INTEGER
);
COMMENT ON TABLE events IS 'One row an event (R3): abutting calls of one sample and direction, joined where the caller cuts events into pieces; else a call. Everything that counts people counts these. Sorted by chrom, start, end, sample_id.';
COMMENT ON COLUMN events.event_id IS 'Number of the event.';
COMMENT ON COLUMN events.sample_id IS 'Sample.';
COMMENT ON COLUMN events.chrom IS 'Chromosome.';
COMMENT ON COLUMN events.start IS 'First base, 0-based.';
COMMENT ON COLUMN events."end" IS 'End, half-open.';
COMMENT ON COLUMN events.inner_start IS 'The start drawn in by its uncertainty (R7), 0-based: by the inward bound of the record at this end where it says one (calls.inward_start), else half the mean bin of the event for callers that place ends on bins, 500 where those count no bins and for dialects that do not say, 0 for split reads and assembly; in whole bases, rounded down, at most a third of the event, and not at all where a call of the same sample and direction ends here.';
COMMENT ON COLUMN events.inner_end IS 'The end drawn in likewise, half-open: always after inner_start.';
COMMENT ON COLUMN events.direction IS 'loss, gain, loh, unexpected.';
COMMENT ON COLUMN events.class IS 'Class of its copy number (R2).';
COMMENT ON COLUMN events.copy_number IS 'Copy number of the call with most bins; of two, the one farther from the expected (R3).';
COMMENT ON COLUMN events.expected_copy_number IS 'Expected copy number of that call.';
COMMENT ON COLUMN events.copy_ratio IS 'Copy ratio, mean of its calls weighted by bins.';
COMMENT ON COLUMN events.quality IS 'Best QUAL of its calls.';
COMMENT ON COLUMN events.bins IS 'Bins of its calls together.';
COMMENT ON COLUMN events.filters IS 'Filters of its calls, less cnvLength, cnvQual and cnvCopyRatio where the whole event no longer earns them and less MULTIALLELIC and BOTHSIDES_SUPPORT, which name no fault (R4); PASS where none is left.';
COMMENT ON COLUMN events.sensitive IS 'At level sensitive (R4): no filter but cnvLength; quality 10 or more and copy ratio at least 0.2 away from 1, where the caller gives them; no call of it unreadable.';
COMMENT ON COLUMN events.credible IS 'At level credible: sensitive, and of two bins or more where the caller counts bins.';
COMMENT ON COLUMN events.pass IS 'At level pass: credible, and no filter left.';
COMMENT ON COLUMN events.parts IS 'Calls in the event.';
COMMENT ON COLUMN events.par_border IS 'One of its calls lies across the border of a pseudo-autosomal region.';
COMMENT ON COLUMN events.site_id IS 'The site it belongs to (R9). Events of one exact interval and direction share it. Null: loh and unexpected, and what is not credible, or of a sample left out on this chromosome, and fits no site.';

CREATE TABLE segments (
    sample_id UINTEGER NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    direction direction NOT NULL,
    copy_number INTEGER,
    sensitive BOOLEAN NOT NULL,
    credible BOOLEAN NOT NULL,
    pass BOOLEAN NOT NULL
);
COMMENT ON TABLE segments IS 'Losses and gains of each sample as disjoint intervals per direction (R3, R8), events in their full extents: a base lies in one segment of a sample at most, so sums over segments count people.';
COMMENT ON COLUMN segments.sample_id IS 'Sample.';
COMMENT ON COLUMN segments.chrom IS 'Chromosome.';
COMMENT ON COLUMN segments.start IS 'First base, 0-based.';
COMMENT ON COLUMN segments."end" IS 'End, half-open.';
COMMENT ON COLUMN segments.direction IS 'loss or gain.';
COMMENT ON COLUMN segments.copy_number IS 'Copy number farthest from the expected of the events that cover it.';
COMMENT ON COLUMN segments.sensitive IS 'A sensitive event covers it.';
COMMENT ON COLUMN segments.credible IS 'A credible event covers it.';
COMMENT ON COLUMN segments.pass IS 'A passing event covers it.';

CREATE TABLE callability (
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    seen UINTEGER NOT NULL,
    samples UINTEGER NOT NULL
);
COMMENT ON TABLE callability IS 'How many samples the caller could see at each base (R5), as a step function; empty where the release writes no reference rows. A base in no row was seen in nobody. What reference rows say: assembly gaps, telomeres and modelled centromeres (problem_regions) are never callable, whatever stands here.';
COMMENT ON COLUMN callability.chrom IS 'Chromosome.';
COMMENT ON COLUMN callability.start IS 'First base, 0-based.';
COMMENT ON COLUMN callability."end" IS 'End, half-open.';
COMMENT ON COLUMN callability.seen IS 'Samples with a reference row or call of at least 0.5 bins per kb here.';
COMMENT ON COLUMN callability.samples IS 'Samples that could be seen: those whose own files have reference rows; on Y the XY ones.';

CREATE TABLE marked_samples (
    sample_id UINTEGER NOT NULL,
    chrom chrom NOT NULL,
    direction direction NOT NULL,
    reason VARCHAR NOT NULL,
    events INTEGER NOT NULL,
    longest INTEGER NOT NULL,
    bases INTEGER NOT NULL,
    share DOUBLE NOT NULL
);
COMMENT ON TABLE marked_samples IS 'Samples with large events on a chromosome, probably from cell culture (R11): left out of frequencies on that chromosome unless asked for.';
COMMENT ON COLUMN marked_samples.sample_id IS 'Sample.';
COMMENT ON COLUMN marked_samples.chrom IS 'Chromosome that is marked.';
COMMENT ON COLUMN marked_samples.direction IS 'loss or gain.';
COMMENT ON COLUMN marked_samples.reason IS 'Why, in words: sizes, and the copy ratio where it is that of a mixture of cells; or one X where two are expected, two where one is, or no Y, credibly and over more than half of the sequence that tells the sex.';
COMMENT ON COLUMN marked_samples.events IS 'Passing events of 0.5 bins per kb or more that were added up: those mostly outside problem regions; all of them where they hold half of the chromosome outside such regions.';
COMMENT ON COLUMN marked_samples.longest IS 'Length of the longest, in bases.';
COMMENT ON COLUMN marked_samples.bases IS 'Bases that they cover together.';
COMMENT ON COLUMN marked_samples.share IS 'Those bases as a share of the chromosome''s sequence, gaps left out.';

CREATE TABLE seen (
    sample_id UINTEGER NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL
);
COMMENT ON TABLE seen IS 'Where the caller could see in each sample (R5): reference rows and calls of at least 0.5 bins per kb, joined; callability counts these. Of samples whose own file has reference rows; a joint file tells nothing of the places that none of its records names. Sorted by chrom, start, end, sample_id.';
COMMENT ON COLUMN seen.sample_id IS 'Sample.';
COMMENT ON COLUMN seen.chrom IS 'Chromosome.';
COMMENT ON COLUMN seen.start IS 'First base, 0-based.';
COMMENT ON COLUMN seen."end" IS 'End, half-open.';

CREATE TABLE files (
    file_id INTEGER NOT NULL PRIMARY KEY,
    path VARCHAR NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 VARCHAR,
    sample_id UINTEGER,
    samples INTEGER NOT NULL,
    dialect VARCHAR,
    release VARCHAR,
    simulated BOOLEAN NOT NULL,
    records BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    reference_rows BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    status VARCHAR NOT NULL,
    message VARCHAR,
    content VARCHAR,
    place VARCHAR NOT NULL
);
COMMENT ON TABLE files IS 'Every file that the build was given (R12).';
COMMENT ON COLUMN files.file_id IS 'Number, in the order of the paths.';
COMMENT ON COLUMN files.path IS 'Path below what the build was given: a folder, a pattern''s last folder without wildcards, or the folder of a file given by its name. Where files of several folders have the same, each has its place in brackets behind it.';
COMMENT ON COLUMN files.bytes IS 'Size of the file.';
COMMENT ON COLUMN files.sha256 IS 'SHA-256 of the file as it lies on the disk, compressed or not; null where it could not be read.';
COMMENT ON COLUMN files.content IS 'SHA-256 of the names of its samples and its records as text, whatever compression, line ends and header: files alike in this, dialect and release are duplicates. Null where it could not be read.';
COMMENT ON COLUMN files.place IS 'Tells files of one path apart: digits of a digest of the absolute path, which is not in the database.';
COMMENT ON COLUMN files.sample_id IS 'Its sample; null where the file was refused, and for a joint file, whose samples are in file_samples.';
COMMENT ON COLUMN files.samples IS 'Samples that its header names, more than one in a joint file; 0 where it could not be read.';
COMMENT ON COLUMN files.dialect IS 'Dialect that read it, such as dragen, by the name that --dialect takes.';
COMMENT ON COLUMN files.release IS 'Release of the caller, from the header.';
COMMENT ON COLUMN files.simulated IS 'Its header says that it was simulated.';
COMMENT ON COLUMN files.records IS 'Entries in the file: its records, of a joint file each once for every sample that is taken from it. The sum over file_samples, as are the next three.';
COMMENT ON COLUMN files.calls IS 'Entries that are calls.';
COMMENT ON COLUMN files.reference_rows IS 'Entries that say the expected copy number was seen.';
COMMENT ON COLUMN files.skipped IS 'Entries left out; records = calls + reference_rows + skipped.';
COMMENT ON COLUMN files.status IS 'read, refused, or duplicate (same samples and records as a file read).';
COMMENT ON COLUMN files.message IS 'Why it was refused, or what was noticed; null if nothing.';

CREATE TABLE file_samples (
    file_id INTEGER NOT NULL,
    sample VARCHAR NOT NULL,
    sample_id UINTEGER,
    caller_sex karyotype_sex,
    recorded_sex karyotype_sex,
    contradicts_sex VARCHAR,
    records BIGINT NOT NULL,
    calls BIGINT NOT NULL,
    reference_rows BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    status VARCHAR NOT NULL,
    message VARCHAR
);
COMMENT ON TABLE file_samples IS 'One row a sample of each file that could be read: what became of its entries (R12). An entry is a record in one sample: a record of a single-sample file, or a record and a column of a joint one. Every entry is counted once: records = calls + reference_rows + skipped. A genotype that says the expected copy number, such as 0/0, is skipped as that; one that says nothing at all is neither call nor reference row, and skipped for a reason of its own. Its person stands in denominators all the same (R5), unless no entry of the column says anything: then the sample is not taken from the file. Sorted by file_id, then as in the header.';
COMMENT ON COLUMN file_samples.file_id IS 'File.';
COMMENT ON COLUMN file_samples.sample IS 'Name of the sample in its header.';
COMMENT ON COLUMN file_samples.sample_id IS 'The sample, where this file stands for it; null where it is a duplicate or refused.';
COMMENT ON COLUMN file_samples.caller_sex IS 'Sex that the file says the caller was told; null where it does not, and in joint files.';
COMMENT ON COLUMN file_samples.recorded_sex IS 'Sex that the sample table gave when the file was read.';
COMMENT ON COLUMN file_samples.contradicts_sex IS 'What in its calls and rows contradicts the recorded sex (R2), in words; null where nothing does. The caller''s statement is in caller_sex.';
COMMENT ON COLUMN file_samples.records IS 'Entries of this sample; 0 where it is not taken from this file.';
COMMENT ON COLUMN file_samples.calls IS 'Those that are calls.';
COMMENT ON COLUMN file_samples.reference_rows IS 'Those that say the expected copy number was seen.';
COMMENT ON COLUMN file_samples.skipped IS 'Those left out.';
COMMENT ON COLUMN file_samples.status IS 'read; duplicate, where another file of the same content stands for the sample; refused, where files contradict each other about it, or a column tells nothing of it.';
COMMENT ON COLUMN file_samples.message IS 'Why it is not taken from this file; null where it is.';

CREATE TABLE skipped_records (
    reason VARCHAR NOT NULL,
    file_id INTEGER NOT NULL,
    sample_id UINTEGER NOT NULL,
    records BIGINT NOT NULL,
    example VARCHAR NOT NULL
);
COMMENT ON TABLE skipped_records IS 'Entries left out of files that were read, by reason, file and sample (R12). Sorted by reason, file_id, sample_id.';
COMMENT ON COLUMN skipped_records.reason IS 'Reason, in words.';
COMMENT ON COLUMN skipped_records.file_id IS 'File.';
COMMENT ON COLUMN skipped_records.sample_id IS 'Sample.';
COMMENT ON COLUMN skipped_records.records IS 'How many.';
COMMENT ON COLUMN skipped_records.example IS 'The first such record, cut at 500 characters; of a joint file less the other samples.';

CREATE TABLE sites (
    site_id INTEGER NOT NULL,
    site VARCHAR NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    direction direction NOT NULL,
    founders INTEGER NOT NULL,
    events INTEGER NOT NULL,
    carriers INTEGER NOT NULL,
    intervals INTEGER NOT NULL,
    start_min INTEGER NOT NULL,
    start_median INTEGER NOT NULL,
    start_max INTEGER NOT NULL,
    end_min INTEGER NOT NULL,
    end_median INTEGER NOT NULL,
    end_max INTEGER NOT NULL,
    median_bins DOUBLE,
    few_bins BOOLEAN NOT NULL,
    multi_allelic BOOLEAN NOT NULL,
    alleles BOOLEAN NOT NULL,
    allele_frequency DOUBLE,
    af_ci_low DOUBLE,
    af_ci_high DOUBLE,
    hwe_p DOUBLE,
    problem VARCHAR,
    inner_start INTEGER NOT NULL,
    inner_end INTEGER NOT NULL,
    genes INTEGER NOT NULL,
    coding_genes INTEGER NOT NULL,
    transmission_parents INTEGER NOT NULL DEFAULT 0,
    transmission DOUBLE,
    transmission_ci_low DOUBLE,
    transmission_ci_high DOUBLE
);
COMMENT ON TABLE sites IS 'One row a site (R9): losses or gains of many people that are taken as one variant. Made of members: the credible events of people who count on the chromosome by default, whatever their cohort (not marked there; on X and Y no sex_mismatch; on Y XY only). Among the exact intervals of members not yet in a site, the one with most carriers (ties: smaller start, then smaller end) founds one, and every interval not yet in a site with a reciprocal overlap of at least 0.5 with it joins. Other events are attached afterwards: to the site that holds their exact interval, else to the one whose founding interval they overlap most, at least 0.5 reciprocally (ties: the one founded first), else they stay without. Sorted by chrom, start, end, direction.';
COMMENT ON COLUMN sites.site_id IS 'Number in the order of the table, from 0; joins events, site_counts and the others. It changes from build to build, the id does not.';
COMMENT ON COLUMN sites.site IS 'Id for addresses and downloads, such as chr1-109687571-109697444-loss: founding interval, 1-based and inclusive as in all identifiers (R1), and direction.';
COMMENT ON COLUMN sites.chrom IS 'Chromosome.';
COMMENT ON COLUMN sites.start IS 'First base of the founding interval, 0-based.';
COMMENT ON COLUMN sites."end" IS 'End of the founding interval, half-open.';
COMMENT ON COLUMN sites.direction IS 'loss or gain.';
COMMENT ON COLUMN sites.founders IS 'People with a member of exactly the founding interval.';
COMMENT ON COLUMN sites.events IS 'Members.';
COMMENT ON COLUMN sites.carriers IS 'People with a member, whatever their cohort.';
COMMENT ON COLUMN sites.intervals IS 'Distinct exact intervals among the members.';
COMMENT ON COLUMN sites.start_min IS 'Smallest start of a member, 0-based.';
COMMENT ON COLUMN sites.start_median IS 'Median start of the members (of an even number the lower one of the middle).';
COMMENT ON COLUMN sites.start_max IS 'Largest start of a member.';
COMMENT ON COLUMN sites.end_min IS 'Smallest end of a member, half-open.';
COMMENT ON COLUMN sites.end_median IS 'Median end of the members, likewise.';
COMMENT ON COLUMN sites.end_max IS 'Largest end of a member.';
COMMENT ON COLUMN sites.median_bins IS 'Median bins of the members; null where the caller gives none.';
COMMENT ON COLUMN sites.few_bins IS 'That median is two or fewer: badged and left out of rankings.';
COMMENT ON COLUMN sites.multi_allelic IS 'A site of the other direction overlaps it reciprocally by at least 0.5, or four or more states of copy number (less the expected; people without a member have the expected one) are each held by 1 % or more of the people counted on the chromosome.';
COMMENT ON COLUMN sites.alleles IS 'Allele frequency has a meaning (R6): a loss of 3 kb or more, of three bins or more in the median, whose carriers all have a copy number.';
COMMENT ON COLUMN sites.allele_frequency IS 'Share of alleles that are lost (R6), a lower bound, since heterozygotes are missed: the sum of expected less found copies of the carriers at credible over the sum of expected copies, of unrelated people, outliers left out. Null where alleles is false.';
COMMENT ON COLUMN sites.af_ci_low IS 'Lower bound of its 95 % interval (Wilson), which is approximate: the two alleles of a person are not drawn apart.';
COMMENT ON COLUMN sites.af_ci_high IS 'Upper bound.';
COMMENT ON COLUMN sites.hwe_p IS 'Hardy-Weinberg proportion among the same people, exact and two-sided (Wigginton et al. 2005), of those of whom two copies are expected: on X the XX alone, on Y none. A check of the calls: a small p tells of heterozygotes that were missed, or of populations that differ. Null where nobody of them carries.';
COMMENT ON COLUMN sites.problem IS 'Kinds of problem region of which each covers half of the founding interval or more, masks among them: in alphabetical order, joined by a comma and a space; null if none. Sites with any stay out of differences (R10).';

COMMENT ON COLUMN sites.inner_start IS 'The founding interval''s start drawn in by its uncertainty (R9), 0-based: by length / median_bins / 2, where there are no bins by the median of its members'' uncertainties; in whole bases, rounded down, at most a third of the length.';
COMMENT ON COLUMN sites.inner_end IS 'Its end drawn in likewise, half-open.';
COMMENT ON COLUMN sites.genes IS 'Genes that the founding interval touches: rows of site_genes.';
COMMENT ON COLUMN sites.coding_genes IS 'Those of them whose coding sequence it takes.';
COMMENT ON COLUMN sites.transmission_parents IS 'Trios that tell of transmission at credible: site_trios.parents.';
COMMENT ON COLUMN sites.transmission IS 'Transmission rate (R11): site_trios.transmitted over parents, at credible; half is expected of a variant of one copy. Null below 10 trios.';
COMMENT ON COLUMN sites.transmission_ci_low IS 'Lower bound of its 95 % interval (Wilson); null likewise.';
COMMENT ON COLUMN sites.transmission_ci_high IS 'Upper bound.';

CREATE TABLE site_counts (
    site_id INTEGER NOT NULL,
    level filter_level NOT NULL,
    population VARCHAR NOT NULL,
    sex karyotype_sex,
    unrelated BOOLEAN NOT NULL,
    outlier BOOLEAN NOT NULL,
    class call_class NOT NULL,
    copy_number INTEGER,
    expected_copy_number UTINYINT,
    carriers UINTEGER NOT NULL
);
COMMENT ON TABLE site_counts IS 'Carriers of each site by everything that people are grouped by: at a chosen level any group is a plain sum. A carrier stands in one row a level. People who never count are in none: sex_mismatch on X and Y, on Y whoever is not XY. Sorted by site_id, level.';
COMMENT ON COLUMN site_counts.site_id IS 'Site.';
COMMENT ON COLUMN site_counts.level IS 'Filter level (R4). Each level is complete in itself: credible holds the carriers at pass too, sensitive those at credible, all everyone.';
COMMENT ON COLUMN site_counts.population IS 'Population of the carriers.';
COMMENT ON COLUMN site_counts.sex IS 'Karyotype sex of the carriers.';
COMMENT ON COLUMN site_counts.unrelated IS 'In the cohort of unrelated people.';
COMMENT ON COLUMN site_counts.outlier IS 'Marked on this chromosome (R11): left out unless outliers are included.';
COMMENT ON COLUMN site_counts.class IS 'Class of the copy number.';
COMMENT ON COLUMN site_counts.copy_number IS 'Copy number that they have here at this level: of two events of one carrier that of the one with more bins, of as many the lower (R9).';
COMMENT ON COLUMN site_counts.expected_copy_number IS 'Expected copy number of that event.';
COMMENT ON COLUMN site_counts.carriers IS 'People.';

CREATE TABLE site_genes (
    site_id INTEGER NOT NULL,
    gene_id VARCHAR NOT NULL,
    coding BOOLEAN NOT NULL
);
COMMENT ON TABLE site_genes IS 'Genes that the founding interval of a site touches. Sorted by site_id.';
COMMENT ON COLUMN site_genes.site_id IS 'Site.';
COMMENT ON COLUMN site_genes.gene_id IS 'Gene whose extent it touches.';
COMMENT ON COLUMN site_genes.coding IS 'Meets the rule coding (R7): a loss takes a coding base between inner_start and inner_end, a gain holds 75 % of the coding bases with its full extent. For a gene without coding sequence its exons stand for the coding bases in both; one without a transcript needs to be touched alone.';

CREATE TABLE bins (
    size INTEGER NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    direction direction NOT NULL,
    level filter_level NOT NULL,
    cohort cohort NOT NULL,
    superpopulation VARCHAR NOT NULL,
    bases BIGINT NOT NULL,
    most UINTEGER NOT NULL,
    callable INTEGER NOT NULL,
    samples UINTEGER NOT NULL
);
COMMENT ON TABLE bins IS 'How many people have a loss or gain at the bases of a bin (R8), counted base by base from segments. Mean share of people = bases / (callable * samples), largest = most / samples. A bin that nobody of a group touches has no row. Outliers are left out as by default (R5), on X and Y sex_mismatch too; on Y only XY. Sorted by chrom, direction, size, level, cohort, superpopulation, start.';
COMMENT ON COLUMN bins.size IS 'Bases of a bin: 1000000 or 100000; the last of a chromosome is shorter.';
COMMENT ON COLUMN bins.chrom IS 'Chromosome.';
COMMENT ON COLUMN bins.start IS 'First base, 0-based.';
COMMENT ON COLUMN bins."end" IS 'End, half-open.';
COMMENT ON COLUMN bins.direction IS 'loss or gain.';
COMMENT ON COLUMN bins.level IS 'credible or pass (R4).';
COMMENT ON COLUMN bins.cohort IS 'unrelated or all.';
COMMENT ON COLUMN bins.superpopulation IS 'Code of the super-population, or all.';
COMMENT ON COLUMN bins.bases IS 'Sum over people of the callable bases of this bin that their events cover. Adds up over bins and super-populations.';
COMMENT ON COLUMN bins.most IS 'Most people at one callable base of the bin. Does not add up.';
COMMENT ON COLUMN bins.callable IS 'Bases of the bin that count: outside assembly gaps, telomeres and modelled centromeres (problem_regions), and where the release writes reference rows those that the caller saw in half of the samples or more (R5).';
COMMENT ON COLUMN bins.samples IS 'People counted on this chromosome in the group.';

CREATE TABLE curve_steps (
    chrom chrom NOT NULL,
    position INTEGER NOT NULL,
    direction direction NOT NULL,
    level filter_level NOT NULL,
    unrelated BOOLEAN NOT NULL,
    outlier BOOLEAN NOT NULL,
    superpopulation VARCHAR NOT NULL,
    change INTEGER NOT NULL,
    before INTEGER NOT NULL
);
COMMENT ON TABLE curve_steps IS 'Where the number of people with a loss or gain changes along a chromosome (R8), counted from segments, at every filter level and of everybody who has a place in denominators there. Rows add up over kinds: people at a base, of chosen levels, cohorts and groups, are before at the whole megabase at or below it, and change from there to the base itself. Sorted by chrom, position, direction, level, unrelated, outlier, superpopulation.';
COMMENT ON COLUMN curve_steps.chrom IS 'Chromosome.';
COMMENT ON COLUMN curve_steps.position IS 'First base of the step, 0-based. The end of the chromosome is no step.';
COMMENT ON COLUMN curve_steps.direction IS 'loss or gain.';
COMMENT ON COLUMN curve_steps.level IS 'Strictest filter level of the events that cover the segment (R4): a level is its rows and those of the stricter ones.';
COMMENT ON COLUMN curve_steps.unrelated IS 'In the cohort of unrelated people.';
COMMENT ON COLUMN curve_steps.outlier IS 'Marked on this chromosome (R11): left out unless outliers are included.';
COMMENT ON COLUMN curve_steps.superpopulation IS 'Code of the super-population.';
COMMENT ON COLUMN curve_steps.change IS 'People whose segment begins here, less those whose segment ends before this base.';
COMMENT ON COLUMN curve_steps.before IS 'At a whole megabase the people with a segment over the base before it; elsewhere 0.';

CREATE TABLE curve_copies (
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    direction direction NOT NULL,
    level filter_level NOT NULL,
    unrelated BOOLEAN NOT NULL,
    outlier BOOLEAN NOT NULL
);
COMMENT ON TABLE curve_copies IS 'What events reach of which half or more lies in places of copies (R5): a curve along the genome tells no share of people there. Stretches of one kind are joined. Whose events: as in curve_steps. Sorted by chrom, start, end, direction, level, unrelated, outlier.';
COMMENT ON COLUMN curve_copies.chrom IS 'Chromosome.';
COMMENT ON COLUMN curve_copies.start IS 'First base, 0-based.';
COMMENT ON COLUMN curve_copies."end" IS 'End, half-open.';
COMMENT ON COLUMN curve_copies.direction IS 'loss or gain.';
COMMENT ON COLUMN curve_copies.level IS 'Strictest filter level of the events (R4).';
COMMENT ON COLUMN curve_copies.unrelated IS 'In the cohort of unrelated people.';
COMMENT ON COLUMN curve_copies.outlier IS 'Marked on this chromosome (R11).';

CREATE TABLE site_differences (
    site_id INTEGER NOT NULL,
    direction direction NOT NULL,
    carriers INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    chi_square DOUBLE,
    p DOUBLE,
    exact BOOLEAN NOT NULL,
    q DOUBLE,
    fst DOUBLE,
    vst DOUBLE
);
COMMENT ON TABLE site_differences IS 'How much super-populations differ at a site (R10): at credible, unrelated people of known super-population, outliers left out; sites with 10 carriers or more outside problem regions. Null where a value has no meaning. Sorted by site_id.';
COMMENT ON COLUMN site_differences.site_id IS 'Site.';
COMMENT ON COLUMN site_differences.direction IS 'Its direction: q is over all rows of one direction.';
COMMENT ON COLUMN site_differences.carriers IS 'Carriers compared.';
COMMENT ON COLUMN site_differences.samples IS 'People compared.';
COMMENT ON COLUMN site_differences.chi_square IS 'Chi-square statistic of carriers and others over the super-populations.';
COMMENT ON COLUMN site_differences.p IS 'Its p value; 0 stands for one too small for a number, and is to be written as below 1e-300.';
COMMENT ON COLUMN site_differences.exact IS 'An expected count is below 5: p comes not from the chi-square distribution but from every way to spread as many carriers over the super-populations, each weighed by its probability; where there are over 100,000 ways, from as many drawn.';
COMMENT ON COLUMN site_differences.q IS 'Benjamini-Hochberg over exactly the rows of this direction; 0 as in p.';
COMMENT ON COLUMN site_differences.fst IS 'F_ST, Hudson''s estimator (Bhatia et al. 2013) over the super-populations: mean numerator over mean denominator of the pairs. Alleles as in R6: null where sites.alleles is false.';
COMMENT ON COLUMN site_differences.vst IS 'V_ST = (V_T - V_S) / V_T of the copy number less the expected one, capped at +8; a person''s copy number is that of a credible event of either direction with a reciprocal overlap of at least 0.5, else the expected.';

CREATE TABLE population_differences (
    grouped_by VARCHAR NOT NULL,
    first VARCHAR NOT NULL,
    second VARCHAR NOT NULL,
    fst DOUBLE,
    fst_sites INTEGER NOT NULL,
    vst DOUBLE,
    vst_sites INTEGER NOT NULL
);
COMMENT ON TABLE population_differences IS 'How much two groups differ over the autosomal sites of site_differences (R10): ratio of sums over sites.';
COMMENT ON COLUMN population_differences.grouped_by IS 'superpopulation or population.';
COMMENT ON COLUMN population_differences.first IS 'Code of a group, the earlier of the two in their table.';
COMMENT ON COLUMN population_differences.second IS 'Code of the other.';
COMMENT ON COLUMN population_differences.fst IS 'F_ST: sum of Hudson''s numerators over the sum of denominators.';
COMMENT ON COLUMN population_differences.fst_sites IS 'Sites in it.';
COMMENT ON COLUMN population_differences.vst IS 'V_ST: sum of V_T - V_S over the sum of V_T.';
COMMENT ON COLUMN population_differences.vst_sites IS 'Sites in it.';

CREATE TABLE site_hardy_weinberg (
    site_id INTEGER NOT NULL,
    population VARCHAR NOT NULL,
    copies_0 UINTEGER NOT NULL,
    copies_1 UINTEGER NOT NULL,
    copies_2 UINTEGER NOT NULL,
    p DOUBLE NOT NULL
);
COMMENT ON TABLE site_hardy_weinberg IS 'A check of the calls and no finding about people: whether complete and partial losses stand in Hardy-Weinberg proportion, per site with alleles (R6) and population in which it occurs; on X the XX alone, on Y none. People as in site_differences. A small p mostly tells of heterozygotes that the caller missed.';
COMMENT ON COLUMN site_hardy_weinberg.site_id IS 'Site.';
COMMENT ON COLUMN site_hardy_weinberg.population IS 'Population.';
COMMENT ON COLUMN site_hardy_weinberg.copies_0 IS 'People without a copy.';
COMMENT ON COLUMN site_hardy_weinberg.copies_1 IS 'People with one.';
COMMENT ON COLUMN site_hardy_weinberg.copies_2 IS 'People with two.';
COMMENT ON COLUMN site_hardy_weinberg.p IS 'Exact test (Wigginton et al. 2005), two-sided; 0 as in site_differences.p.';

CREATE TABLE site_trios (
    site_id INTEGER NOT NULL,
    level filter_level NOT NULL,
    children INTEGER NOT NULL,
    from_both INTEGER NOT NULL,
    from_father INTEGER NOT NULL,
    from_mother INTEGER NOT NULL,
    below_filter INTEGER NOT NULL,
    neither INTEGER NOT NULL,
    inconsistent INTEGER NOT NULL,
    parents INTEGER NOT NULL,
    transmitted INTEGER NOT NULL
);
COMMENT ON TABLE site_trios IS 'What trios say of a site (R11), level by level, each complete in itself; whatever the cohort. A trio is a child, its father and its mother whose files were all read; it is left out on a chromosome where one of the three is marked or, on X and Y, of contradicted or unknown sex. Immune loci are left out. A row for each site and level at which a trio says anything. Sorted by site_id, level.';
COMMENT ON COLUMN site_trios.site_id IS 'Site.';
COMMENT ON COLUMN site_trios.level IS 'Filter level: of the child''s event for children and what they are made of; of the carrier parent''s for parents.';
COMMENT ON COLUMN site_trios.children IS 'Children of trios who carry the site at this level: from_both + from_father + from_mother + below_filter + neither.';
COMMENT ON COLUMN site_trios.from_both IS 'Those whose father and mother carry it: the union of a parent''s events of that direction at credible covers half of the child''s event (of several the one that speaks, R9). On X outside the pseudo-autosomal regions XY children are asked of the mother alone, on Y of the father alone.';
COMMENT ON COLUMN site_trios.from_father IS 'Those whose father alone carries it.';
COMMENT ON COLUMN site_trios.from_mother IS 'Those whose mother alone does.';
COMMENT ON COLUMN site_trios.below_filter IS 'Those of whom no parent carries it, but the union of a parent''s events at all covers half of the event.';
COMMENT ON COLUMN site_trios.neither IS 'Those of whom no parent has it: apparent de novo.';
COMMENT ON COLUMN site_trios.inconsistent IS 'Children in from_father or from_mother who have no copy, where both parents give one: one of the calls is wrong.';
COMMENT ON COLUMN site_trios.parents IS 'Trios that tell of transmission, on autosomes: one parent carries the site at this level with one copy more or fewer than the two expected, and no loss or gain of the other parent, at any level, touches the founding interval.';
COMMENT ON COLUMN site_trios.transmitted IS 'Those of them whose child has an event of the site, at any level.';

CREATE TABLE trio_quality (
    direction direction NOT NULL,
    level filter_level NOT NULL,
    length_class VARCHAR NOT NULL,
    bin_class VARCHAR NOT NULL,
    children INTEGER NOT NULL,
    from_both INTEGER NOT NULL,
    from_father INTEGER NOT NULL,
    from_mother INTEGER NOT NULL,
    below_filter INTEGER NOT NULL,
    neither INTEGER NOT NULL,
    inconsistent INTEGER NOT NULL,
    parents INTEGER NOT NULL,
    transmitted INTEGER NOT NULL,
    null_parents INTEGER NOT NULL,
    untransmitted INTEGER NOT NULL
);
COMMENT ON TABLE trio_quality IS 'What trios say of the callset (R11), by direction, level, length and bins: whom and what they leave out as in site_trios. Counts add up over classes and directions, not over levels, each of which is complete in itself. A row wherever there is anything to count.';
COMMENT ON COLUMN trio_quality.direction IS 'loss or gain.';
COMMENT ON COLUMN trio_quality.level IS 'Filter level: of the child''s event, of the carrier parent''s for the last four.';
COMMENT ON COLUMN trio_quality.length_class IS 'Class of that event''s length: below-3kb, 3-10kb, 10-50kb, 50-500kb, 500kb-and-more; a length on a bound is in the longer.';
COMMENT ON COLUMN trio_quality.bin_class IS 'Class of its bins: 1, 2, 3-4, 5-9, 10-and-more, unknown.';
COMMENT ON COLUMN trio_quality.children IS 'Events of children of trios, in a site or not: the five that follow together.';
COMMENT ON COLUMN trio_quality.from_both IS 'Those that father and mother carry, as in site_trios.';
COMMENT ON COLUMN trio_quality.from_father IS 'Those that the father alone carries.';
COMMENT ON COLUMN trio_quality.from_mother IS 'Those that the mother alone carries.';
COMMENT ON COLUMN trio_quality.below_filter IS 'Those that a parent has below the filter level credible alone.';
COMMENT ON COLUMN trio_quality.neither IS 'Those that no parent has: apparent de novo.';
COMMENT ON COLUMN trio_quality.inconsistent IS 'Those in from_father or from_mother, of a child without a copy, where both parents give one.';
COMMENT ON COLUMN trio_quality.parents IS 'Trios and sites that tell of transmission: site_trios.parents over the sites, by the carrier parent''s event.';
COMMENT ON COLUMN trio_quality.transmitted IS 'Those of them whose child has it.';
COMMENT ON COLUMN trio_quality.null_parents IS 'Events of parents who have no copy, where the child has a copy of theirs; once a child.';
COMMENT ON COLUMN trio_quality.untransmitted IS 'Those of whose child the events of that direction at credible do not cover half: one of the calls is wrong.';

CREATE TABLE site_groups (
    grouped_by VARCHAR NOT NULL,
    code VARCHAR NOT NULL,
    site_id INTEGER NOT NULL,
    carriers UINTEGER NOT NULL
);
COMMENT ON TABLE site_groups IS 'Carriers of each site in each single group, so that a catalogue of all sites is one look-up: unrelated people at credible, outliers left out, sums of site_counts. A site that nobody of a group carries has no row in it. Sorted by grouped_by, code, site_id.';
COMMENT ON COLUMN site_groups.grouped_by IS 'all, superpopulation, population or sex.';
COMMENT ON COLUMN site_groups.code IS 'all, the code of a super-population or population, XX or XY.';
COMMENT ON COLUMN site_groups.site_id IS 'Site.';
COMMENT ON COLUMN site_groups.carriers IS 'People.';

CREATE TABLE site_spectrum (
    superpopulation VARCHAR NOT NULL,
    class call_class NOT NULL,
    carriers UINTEGER NOT NULL,
    sites UINTEGER NOT NULL
);
COMMENT ON TABLE site_spectrum IS 'Site frequency spectrum: how many sites have so many carriers, unrelated people at credible, outliers left out; sums of site_counts.';
COMMENT ON COLUMN site_spectrum.superpopulation IS 'Whose carriers are counted: code of a super-population, or all.';
COMMENT ON COLUMN site_spectrum.class IS 'Which are counted: loss and gain, those of a direction whatever their copy number; else those of this class alone.';
COMMENT ON COLUMN site_spectrum.carriers IS 'Carriers at a site, 1 or more.';
COMMENT ON COLUMN site_spectrum.sites IS 'Sites with so many.';

CREATE TABLE sample_totals (
    sample_id UINTEGER NOT NULL,
    level filter_level NOT NULL,
    outlier BOOLEAN NOT NULL,
    class call_class NOT NULL,
    events INTEGER NOT NULL,
    bases BIGINT NOT NULL
);
COMMENT ON TABLE sample_totals IS 'What a person carries: losses and gains of everybody counted, at each level, complete in itself. Left out, as everywhere, are X and Y of who is marked sex_mismatch, and Y of who is not XY. Sorted by sample_id, level.';
COMMENT ON COLUMN sample_totals.sample_id IS 'Sample.';
COMMENT ON COLUMN sample_totals.level IS 'Filter level.';
COMMENT ON COLUMN sample_totals.outlier IS 'Whether these events lie on chromosomes that are marked in this sample (R11), left out unless outliers are included.';
COMMENT ON COLUMN sample_totals.class IS 'Class of the event.';
COMMENT ON COLUMN sample_totals.events IS 'Events.';
COMMENT ON COLUMN sample_totals.bases IS 'Sum of their lengths.';

CREATE TABLE gene_complete_losses (
    gene_id VARCHAR NOT NULL,
    superpopulation VARCHAR NOT NULL,
    carriers UINTEGER NOT NULL
);
COMMENT ON TABLE gene_complete_losses IS 'How many people have no copy of a gene under the rule coding (R7): of credible losses, the calls without a copy take a coding base between the event''s inner ends (an exon''s, of a gene without coding sequence; of one without a transcript any base of its extent and of theirs). Unrelated people, outliers left out. A gene that nobody of a group lost so has no row. Sorted by gene_id, superpopulation.';
COMMENT ON COLUMN gene_complete_losses.gene_id IS 'Gene.';
COMMENT ON COLUMN gene_complete_losses.superpopulation IS 'Code of a super-population, or all.';
COMMENT ON COLUMN gene_complete_losses.carriers IS 'People.';

CREATE TABLE sample_events (
    sample_id UINTEGER NOT NULL,
    chrom chrom NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    class call_class NOT NULL,
    copy_number INTEGER,
    expected_copy_number UTINYINT,
    quality FLOAT,
    bins INTEGER,
    sensitive BOOLEAN NOT NULL,
    credible BOOLEAN NOT NULL,
    pass BOOLEAN NOT NULL,
    site_id INTEGER,
    event_id BIGINT NOT NULL
);
COMMENT ON TABLE sample_events IS 'The rows of events once more, a person''s together and without what only a download has, so that those of one person are found without reading everybody''s. Sorted by sample_id, chrom, start, end.';
COMMENT ON COLUMN sample_events.sample_id IS 'As in events.';
COMMENT ON COLUMN sample_events.chrom IS 'As in events.';
COMMENT ON COLUMN sample_events.start IS 'As in events.';
COMMENT ON COLUMN sample_events."end" IS 'As in events.';
COMMENT ON COLUMN sample_events.class IS 'As in events.';
COMMENT ON COLUMN sample_events.copy_number IS 'As in events.';
COMMENT ON COLUMN sample_events.expected_copy_number IS 'As in events.';
COMMENT ON COLUMN sample_events.quality IS 'As in events.';
COMMENT ON COLUMN sample_events.bins IS 'As in events.';
COMMENT ON COLUMN sample_events.sensitive IS 'As in events.';
COMMENT ON COLUMN sample_events.credible IS 'As in events.';
COMMENT ON COLUMN sample_events.pass IS 'As in events.';
COMMENT ON COLUMN sample_events.site_id IS 'As in events.';
COMMENT ON COLUMN sample_events.event_id IS 'As in events.';
