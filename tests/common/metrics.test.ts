import { createMetrics, setByKind } from '../../common/metrics';

describe('metrics', () => {
  it('are rendered for Prometheus under their names', async () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.httpRequestDuration.observe({ route: '/api/v1/cases/:no', method: 'GET', status: '200' }, 0.02);
    metrics.timerLateness.observe(0.3);
    metrics.projectionPending.set(2);
    metrics.projectionFailures.inc();
    metrics.notifications.inc({ channel: 'inbox', outcome: 'delivered' });
    metrics.auditDifferences.set({ kind: 'missing' }, 0);
    metrics.engineErrors.inc({ reason: 'unavailable' });
    const { contentType, body } = await metrics.render();
    expect(contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const line of [
      'guanjia_http_request_duration_seconds_bucket{le="0.025",route="/api/v1/cases/:no",method="GET",status="200"} 1',
      'guanjia_timer_lateness_seconds_bucket{le="0.25"} 0',
      'guanjia_timer_lateness_seconds_bucket{le="0.5"} 1',
      'guanjia_projection_pending 2',
      'guanjia_projection_failures_total 1',
      'guanjia_notifications_total{channel="inbox",outcome="delivered"} 1',
      'guanjia_audit_differences{kind="missing"} 0',
      'guanjia_engine_errors_total{reason="unavailable"} 1',
    ]) {
      expect(body.split('\n')).toContain(line);
    }
  });

  it('forget kinds that are no longer counted', async () => {
    const metrics = createMetrics({ processMetrics: false });
    setByKind(metrics.obligationsOpen, { firstResponse: 3, visit: 1 });
    setByKind(metrics.obligationsOpen, { visit: 2 });
    setByKind(metrics.obligationsOverdue, { visit: 1 });
    const { body } = await metrics.render();
    expect(body).toContain('guanjia_obligations_open{kind="visit"} 2');
    expect(body).not.toContain('firstResponse');
    expect(body).toContain('guanjia_obligations_overdue{kind="visit"} 1');
  });

  it('of two registries do not meet, and those of the process are there', async () => {
    const [one, other] = [createMetrics(), createMetrics({ processMetrics: false })];
    one.projectionPending.set(5);
    expect((await one.render()).body).toContain('process_cpu_seconds_total');
    expect((await other.render()).body).toContain('guanjia_projection_pending 0');
    expect((await other.render()).body).not.toContain('process_cpu');
  });
});
