package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/uptrace/bun"

	"mingzhang/accounting/fault"
)

// health tells operators: /healthz the process lives, /readyz it can write, /metrics how it goes.
func (s *Server) health(e *echo.Echo) {
	e.GET("/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.GET("/readyz", func(c echo.Context) error {
		var readOnly string
		if err := s.db.NewRaw(`show transaction_read_only`).Scan(c.Request().Context(), &readOnly); err != nil {
			return fault.Unavailable("unavailable", "the database does not answer").Wrap(err)
		}
		if readOnly != "off" {
			return fault.Unavailable("unavailable", "the database is read only")
		}
		return c.String(http.StatusOK, "ready\n"+s.backupLine(c.Request().Context()))
	})
	e.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})))
}

// backupLine says how old the last good backup is. A late backup is a warning and no reason to send requests elsewhere.
func (s *Server) backupLine(ctx context.Context) string {
	state, there, err := Backups(ctx, s.db)
	switch {
	case err != nil:
		return "warning: the backups are not known\n"
	case !there:
		return ""
	case state.Good == nil:
		return "warning: no good backup yet\n"
	case state.Late():
		return fmt.Sprintf("warning: the last good backup is %d hours old\n", int(state.Age.Hours()))
	}
	return fmt.Sprintf("backup: %d hours old\n", int(state.Age.Hours()))
}

// backupAge is for alarms: seconds since the last good backup began, -1 without one.
func backupAge(db *bun.DB) prometheus.GaugeFunc {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mingzhang_backup_age_seconds", Help: "Age of the last good backup, -1 without one."}, func() float64 {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if state, _, err := Backups(ctx, db); err == nil && state.Good != nil {
			return state.Age.Seconds()
		}
		return -1
	})
}

type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(db *bun.DB) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mingzhang_requests_total", Help: "Requests by route and status."}, []string{"route", "status"}),
		seconds:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "mingzhang_request_seconds", Help: "Time to answer by route.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"route"}),
	}
	m.registry.MustRegister(m.requests, m.seconds, backupAge(db), collectors.NewDBStatsCollector(db.DB, "books"), collectors.NewGoCollector())
	return m
}

func (m *metrics) count(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		route := c.Path()
		m.requests.WithLabelValues(route, strconv.Itoa(c.Response().Status)).Inc()
		m.seconds.WithLabelValues(route).Observe(time.Since(start).Seconds())
		return nil
	}
}
