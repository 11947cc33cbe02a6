-- Capture that accounts for every slot (design/archive.md C, design/time.md).

-- Which schedule was in force since when; being paused is part of it. `schedule` is JSON (Sources/SourceConfig.cs). Kept
-- when a source is removed: its slots are counted by it.
create table source_revision (
    source      text    not null,
    revision    {int}   not null,
    since       {time}  not null,
    schedule    text    not null,
    paused      {bool}  not null,
    removed     {bool}  not null,
    primary key (source, revision)
) {clustered};

-- Sources of the release before begin with the schedule that they have.
insert into source_revision (source, revision, since, schedule, paused, removed)
select id, 1, created_at, config, paused, {false} from source;

-- How the slots of an hour ended, in the order of slots: run lengths as JSON (Capture/SlotHour.cs).
create table slot_hour (
    source      text    not null,
    hour        {time}  not null,
    revision    {int}   not null,
    runs        text    not null,
    primary key (source, hour, revision)
) {clustered};

-- How far the journal of a node was shipped: everything before is in the tables.
create table journal (
    home        text    not null primary key,
    segment     {int}   not null,
    position    {int}   not null
) {strict};

-- What came in and cannot be used; the file is quarantine/<source>/<file>.
create table quarantine (
    source      text    not null,
    file        text    not null,
    time        {time},
    url         text,
    code        text    not null,
    message     text    not null,
    bytes       {int}   not null,
    sha256      {bytes} not null,
    received_at {time}  not null,
    primary key (source, file)
) {clustered};

-- Why a frame has the instant that it has, where that needs saying: 'received', 'lastModified', 'ambiguous' …
alter table frame add column note text;

-- What is the matter with sources that answer all the same: a frozen picture, a wrong clock … (Capture/SourceCondition.cs).
create table source_condition (
    source      text    not null,
    code        text    not null,
    since       {time}  not null,
    message     text    not null,
    primary key (source, code)
) {clustered};
