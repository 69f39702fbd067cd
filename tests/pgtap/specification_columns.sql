-- The tables that the specification names have the columns that it names, in fitting types.
begin;

create temporary table wanted (table_name text, column_name text, type text) on commit drop;

insert into wanted values
('api_usage', 'endpoint', 'text'),
('api_usage', 'method', 'text'),
('api_usage', 'status', 'smallint'),
('api_usage', 'latency_ms', 'integer'),
('api_usage', 'company_cnpj', 'text'),
('api_usage', 'user_id', 'uuid'),
('api_usage', 'timestamp', 'timestamp with time zone'),
('app_logs', 'timestamp', 'timestamp with time zone'),
('app_logs', 'company_cnpj', 'text'),
('app_logs', 'service', 'text'),
('app_logs', 'level', 'text'),
('app_logs', 'message', 'text'),
('service_health', 'service_name', 'text'),
('service_health', 'status', 'health_status'),
('service_health', 'details', 'jsonb'),
('service_health', 'company_cnpj', 'text'),
('service_health', 'checked_at', 'timestamp with time zone'),
('queue_whatsapp', 'message_id', 'uuid'),
('queue_whatsapp', 'company_cnpj', 'text'),
('queue_whatsapp', 'status', 'queue_status'),
('queue_whatsapp', 'attempts', 'integer'),
('queue_whatsapp', 'created_at', 'timestamp with time zone'),
('queue_whatsapp', 'updated_at', 'timestamp with time zone'),
('jobs', 'job_type', 'text'),
('jobs', 'company_cnpj', 'text'),
('jobs', 'status', 'job_status'),
('jobs', 'started_at', 'timestamp with time zone'),
('jobs', 'finished_at', 'timestamp with time zone'),
('jobs', 'error', 'text'),
('noc_alerts', 'alert_id', 'uuid'),
('noc_alerts', 'rule_id', 'uuid'),
('noc_alerts', 'severity', 'alert_severity'),
('noc_alerts', 'target', 'text'),
('noc_alerts', 'state', 'alert_state'),
('noc_alerts', 'opened_at', 'timestamp with time zone'),
('noc_alerts', 'closed_at', 'timestamp with time zone'),
('noc_alerts', 'company_cnpj', 'text'),
('sessions', 'user_id', 'uuid'),
('sessions', 'company_cnpj', 'text'),
('sessions', 'started_at', 'timestamp with time zone'),
('sessions', 'last_seen_at', 'timestamp with time zone'),
('sessions', 'ip', 'inet'),
('sessions', 'ua', 'text'),
('metrics_agg', 'window', 'text'),
('metrics_agg', 'company_cnpj', 'text'),
('metrics_agg', 'bucket', 'timestamp with time zone'),
('metrics_agg', 'endpoint', 'text'),
('metrics_agg', 'count', 'bigint'),
('metrics_agg', 'p50_ms', 'real'),
('metrics_agg', 'p95_ms', 'real'),
('metrics_agg', 'error_rate', 'double precision');

select plan(count(*)::integer) from wanted;

select
    col_type_is(
        'public', w.table_name, w.column_name, w.type, w.table_name || '.' || w.column_name
    )
from wanted as w;

select * from finish();
rollback;
