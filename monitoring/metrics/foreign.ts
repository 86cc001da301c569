/**
 * Series of other programs that rules and dashboards use: node exporter 1.5 and Prometheus 2.42 (Debian 12).
 * All of them carry the labels of the target they were scraped from.
 */
export const foreignMetrics = {
  up: { name: "up" },
  alerts: { name: "ALERTS" },
  cpuSeconds: { name: "node_cpu_seconds_total" },
  memoryAvailable: { name: "node_memory_MemAvailable_bytes" },
  memoryTotal: { name: "node_memory_MemTotal_bytes" },
  filesystemAvailable: { name: "node_filesystem_avail_bytes" },
  filesystemSize: { name: "node_filesystem_size_bytes" },
  filesystemFilesFree: { name: "node_filesystem_files_free" },
  filesystemFiles: { name: "node_filesystem_files" },
} as const;
