-- Links that open one asset without a token. Of a link's secret only the SHA-256 is kept.
create table asset_link (
    id          {uuid}  not null primary key,
    asset       {uuid}  not null,
    hash        {bytes} not null unique,
    created_at  {time}  not null,
    expires_at  {time}  not null
) {strict};
create index asset_link_asset on asset_link (asset);

-- Timelapses that are made again and again.
create table timelapse_schedule (
    name        text   not null primary key,
    settings    text   not null
) {strict};

-- Which schedule asked for it, and for which instant.
alter table timelapse_job add column schedule text;
alter table timelapse_job add column due {time};
create index timelapse_job_schedule on timelapse_job (schedule, id);
