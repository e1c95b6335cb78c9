/** @externs */
var exported;
