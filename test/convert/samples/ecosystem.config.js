const path = require("node:path");
console.log("a configuration may print");
module.exports = {
  apps: [
    {
      name: "api",
      script: "./dist/server.js",
      cwd: path.join(__dirname, "api"),
      node_args: "--max-old-space-size=512",
      args: ["--port", "8080", "--label", "two words"],
      instances: 2,
      exec_mode: "cluster",
      env: { NODE_ENV: "development", DB_PASSWORD: "hunter22", PRICE: "${not a variable}", FLAGS: { a: 1 } },
      env_production: { NODE_ENV: "production" },
      max_memory_restart: "300M",
      kill_timeout: 5000,
      max_restarts: 10,
      min_uptime: 2000,
      restart_delay: 4000,
      watch: ["src"],
      ignore_watch: ["node_modules"],
      cron_restart: "0 3 * * *",
      out_file: "/var/log/api.log",
      namespace: "shop",
      wait_ready: true,
    },
    { name: "my worker", script: "worker.py", autorestart: false, namespace: "shop" },
    { name: "all", script: "npm", args: "run start -- --x 'a b'", exp_backoff_restart_delay: 100, stop_exit_codes: [3] },
    { name: "site", script: "serve -s build | tee log" },
  ],
  deploy: { production: { host: "example.org" } },
};
