-- metrics_agg: rows of all companies together and of the platform come by RPC, for admin.
grant select (
    "window", level, company_cnpj, bucket, service, endpoint, count, errors, errors_4xx,
    latency_sum_ms, latency_max_ms, sketch, p50_ms, p95_ms, error_rate, error_rate_4xx
) on public.metrics_agg to authenticated;

create policy "read metrics of visible companies" on public.metrics_agg
for select to authenticated
using (company_cnpj = any((select noc.visible_scopes())::text []));
